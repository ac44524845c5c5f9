/**
 * A ZIP archive of text files as they are, uncompressed, with UTF-8 names (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and
 * 4.3.16). A browser saves one file at a time, and a folder only like this. At most 65,535 files and 4 GiB.
 * @param at written as each file's time, to two seconds
 */
export function zipOf(files: readonly TextFile[], at: Date): Uint8Array<ArrayBuffer> {
  if (files.length > 0xffff) throw new Error(`a ZIP archive without extensions holds no ${files.length} files`);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  for (const file of files) {
    const name = utf8.encode(file.name);
    const content = utf8.encode(file.content);
    const common = commonFields({ name, content, at });
    const local = joined([numbers([[0x04034b50, 4]]), common, numbers([[0, 2]]), name, content]);
    directory.push(
      joined([
        numbers([
          [0x02014b50, 4],
          [20, 2],
        ]),
        common,
        // No extra field, no comment, first disk, no attributes; then where the file is.
        numbers([
          [0, 8],
          [0, 4],
          [offset, 4],
        ]),
        name,
      ]),
    );
    parts.push(local);
    offset += local.length;
  }
  const listing = joined(directory);
  const end = numbers([
    [0x06054b50, 4],
    [0, 4],
    [files.length, 2],
    [files.length, 2],
    [listing.length, 4],
    [offset, 4],
    [0, 2],
  ]);
  return joined([...parts, listing, end]);
}

export interface TextFile {
  /** May have folders: "a/b.json". */
  readonly name: string;
  readonly content: string;
}

const utf8 = new TextEncoder();

/** From "version needed" to "file name length", which stand in both records of a file. */
function commonFields({ name, content, at }: { name: Uint8Array; content: Uint8Array; at: Date }) {
  const time = (at.getHours() << 11) | (at.getMinutes() << 5) | (at.getSeconds() >> 1);
  const date = ((at.getFullYear() - 1980) << 9) | ((at.getMonth() + 1) << 5) | at.getDate();
  return numbers([
    [20, 2],
    // Bit 11: the name is UTF-8.
    [0x0800, 2],
    [0, 2],
    [time, 2],
    [date, 2],
    [crc32(content), 4],
    [content.length, 4],
    [content.length, 4],
    [name.length, 2],
  ]);
}

/** Numbers one after the other, little-endian, each in so many bytes. */
function numbers(values: readonly (readonly [value: number, bytes: number])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    values.flatMap(([value, bytes]) =>
      Array.from({ length: bytes }, (_, at) => (at < 4 ? value >>> (8 * at) : 0) & 0xff),
    ),
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The checksum of ISO 3309, as ZIP wants it. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});
