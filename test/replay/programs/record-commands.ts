import { proxySinks, type Sinks, type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';

export interface CommandSinks extends Sinks {
  commands: {
    /** What a workflow wants done at the end of an activation; its task began with the event of that number. */
    issued(startedEventId: number, kinds: string[]): void;
  };
}

const { commands } = proxySinks<CommandSinks>();
/** What a command may carry besides that which names it. */
const BESIDES = ['userMetadata', 'eventGroupMarkers'];

/** Tells the replay gate what each activation has come to, before the SDK compares it with the history. */
export const interceptors = (): WorkflowInterceptors => ({
  internals: [
    {
      concludeActivation: (input, next) => {
        const output = next(input);
        const kinds = output.commands.map((command) => {
          if (command.scheduleLocalActivity) return `local ${command.scheduleLocalActivity.activityType}`;
          if (command.scheduleActivity) return `remote ${command.scheduleActivity.activityType}`;
          return Object.keys(command).find((key) => !BESIDES.includes(key)) ?? 'nothing';
        });
        commands.issued(workflowInfo().historyLength, kinds);
        return output;
      },
    },
  ],
});
