/** Formats that tracks are given out in. */
export const EXPORT_FORMATS = ['gpx', 'fit', 'geojson'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Raised whenever the bytes of an export may change for the same track: it is part of every ETag. */
export const EXPORT_VERSION = 1;

/** The same for previews. */
export const PREVIEW_VERSION = 1;
