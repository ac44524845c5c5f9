/** A file for download. */
export interface EditFile {
  readonly name: string;
  readonly mediaType: string;
  readonly content: string;
}

export function jsonFile(name: string, content: unknown): EditFile {
  return { name, mediaType: 'application/json', content: `${JSON.stringify(content, null, 2)}\n` };
}

/**
 * As part of a file's name everywhere: role names may have characters that shells or Windows take for their own. Different
 * names stay different.
 */
export function inFileName(text: string): string {
  return text.replaceAll(/[^\w.@+-]/g, one => `~${one.charCodeAt(0).toString(16)}`);
}
