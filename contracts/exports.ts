/** Formats that tracks are given out in. */
export const EXPORT_FORMATS = ['gpx', 'fit', 'geojson'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
