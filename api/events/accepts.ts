/**
 * Whether `Accept` allows an event stream (RFC 9110 §12.5.1): the most specific range that speaks of it decides, and no
 * header allows everything.
 */
export function acceptsEventStream(accept: string | undefined): boolean {
  const ranges = (accept ?? '').toLowerCase().split(',').map(readRange);
  if (ranges.every(({ type }) => type === '')) return true;
  for (const type of ['text/event-stream', 'text/*', '*/*']) {
    const found = ranges.find((range) => range.type === type);
    if (found) return found.isWanted;
  }
  return false;
}

function readRange(text: string): { type: string; isWanted: boolean } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  return { type, isWanted: !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter)) };
}
