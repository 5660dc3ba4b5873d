import type { Client } from './client.ts';
import type { FinishWatch } from './finish-watch.ts';
import type { Recording } from './recordings.ts';
import type { Site } from './site.ts';

/** What measures work with. */
export interface Measuring {
  readonly site: Site;
  readonly client: Client;
  readonly finishes: FinishWatch;
  readonly nextRecording: () => Recording;
}
