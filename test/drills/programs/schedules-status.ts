/** `cairn schedules status`, with the manifest of a drill. */
import { showStatus } from '../../../cli/schedules/status.ts';
import { manifestHere } from '../support/schedules/manifest.ts';

process.exitCode = await showStatus({}, manifestHere());
