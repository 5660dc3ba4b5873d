/** Of a track, alone and in lists. */
export function trackLinks(trackId: string): Readonly<Record<string, string>> {
  const self = `/v1/tracks/${trackId}`;
  return { self, series: `${self}/series`, wayTypes: `${self}/way-types` };
}
