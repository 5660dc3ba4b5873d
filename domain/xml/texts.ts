/** Never cuts between the halves of a surrogate pair. */
export function cutText(text: string | null, characters: number): string | null {
  if (text === null || text.length <= characters) return text;
  const end = /[\uD800-\uDBFF]/.test(text.charAt(characters - 1)) ? characters - 1 : characters;
  return text.slice(0, end);
}
