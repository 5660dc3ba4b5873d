/** What the bench tells a peer's program: JSON, as its second argument. */
export const settings = JSON.parse(process.argv[3] ?? '{}');
