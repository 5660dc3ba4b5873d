import { parseArgs } from 'node:util';
import { SIZES, type Sizes } from './sizes.ts';
import type { Target, TemporalKind } from './target.ts';

export interface Options {
  readonly targets: readonly (readonly [name: string, target: Target])[];
  readonly repeats: number;
  readonly sizes: Sizes;
  readonly seed: number;
  readonly temporal: TemporalKind;
  readonly json: string | undefined;
}

export function readOptions(targets: Readonly<Record<string, Target>>): Options {
  const { values } = parseArgs({
    options: {
      targets: { type: 'string', default: Object.keys(targets).join(',') },
      repeats: { type: 'string', default: '3' },
      'dev-server': { type: 'boolean', default: false },
      small: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
    },
  });
  const chosen = values.targets.split(',').map((name) => {
    const target = targets[name];
    if (!target) throw new Error(`there is no target ${name}; there are ${Object.keys(targets).join(', ')}`);
    return [name, target] as const;
  });
  return {
    targets: chosen,
    repeats: Number(values.repeats),
    sizes: values.small ? SIZES.small : SIZES.full,
    seed: Number(values.seed),
    temporal: values['dev-server'] ? 'dev-server' : 'server',
    json: values.json,
  };
}
