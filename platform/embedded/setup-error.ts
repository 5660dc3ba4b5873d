/** Something that the person at the terminal must mend; its message is whole sentences and is shown without a stack. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
