import { endOfText, readText } from './read-text.ts';

/** A step on the way to a value: a field, or every element of the list in it. */
export interface Step {
  readonly name: string;
  /** That of its name (`numberOfName`). */
  readonly number: number;
  /** Which of a resource's fields it was the last time: answers have the same order again and again. */
  likely: number;
  readonly isList: boolean;
  readonly next: Step | undefined;
}

/**
 * Adds what is at the end of the steps in JSON without white space, as text: texts but empty ones, numbers and true or false. Of
 * what is beside the way nothing is made: to parse all interfaces of an instance for one id took a third of what all its facts did.
 *
 * @param at where the value of the first step begins; behind it stands a comma or a closing bracket
 */
export function collectTexts(bytes: Buffer, at: number, { isList, next }: Step, texts: string[]): void {
  if (!isList) collectIn(bytes, at, next, texts);
  else if (bytes[at] === OPEN_LIST && bytes[at + 1] !== CLOSE_LIST) {
    let element = at;
    do {
      const field = collectIn(bytes, element + 1, next, texts);
      element = field < 0 ? endOfValue(bytes, element + 1) : endOfValue(bytes, field, 1);
    } while (bytes[element] === COMMA);
  }
}

/** AWS's list of tags, which begins at `at`, as the object that `tagsOf` makes of it: of pairs, with nothing made for a pair. */
export function readTags(bytes: Buffer, at: number): Record<string, string> {
  const tags: Record<string, string> = {};
  // In front of each stands the list's bracket or a comma.
  for (let pair = at + 1; bytes[pair] === OPEN; ) {
    const key = findField(bytes, pair, 'key');
    const value = findField(bytes, pair, 'value');
    const name = key < 0 ? '' : readText(bytes, key);
    // A field of this name would be set as the object's prototype.
    if (name === '__proto__') Object.defineProperty(tags, name, OWN_FIELD);
    tags[name] = value < 0 ? '' : readText(bytes, value);
    pair = endOfValue(bytes, Math.max(pair + 1, key, value), 1) + 1;
  }
  return tags;
}

const OWN_FIELD = { value: '', writable: true, enumerable: true, configurable: true };

/** Answers where the value of the step's field begins, if there is one, so that nothing before it need be read again. */
function collectIn(bytes: Buffer, at: number, step: Step | undefined, texts: string[]): number {
  if (!step) addText(bytes, at, texts);
  const field = step && bytes[at] === OPEN ? findField(bytes, at, step.name) : -1;
  if (step && field >= 0) collectTexts(bytes, field, step, texts);
  return field;
}

function addText(bytes: Buffer, at: number, texts: string[]): void {
  const first = bytes[at];
  if (first === OPEN || first === OPEN_LIST || first === NULL) return;
  const text =
    first === QUOTE ? readText(bytes, at) : String(JSON.parse(bytes.toString('latin1', at, endOfValue(bytes, at))));
  if (text !== '') texts.push(text);
}

/** Where the value of a field of the object at `at` begins; -1 when it has none of that name. */
function findField(bytes: Buffer, at: number, name: string): number {
  let field = at;
  do {
    const end = endOfText(bytes, field + 1);
    // An object without fields has a closing bracket there.
    if (end < 0) return -1;
    if (isName(bytes, field + 2, end - 1, name)) return end + 1;
    field = endOfValue(bytes, end + 1);
  } while (bytes[field] === COMMA);
  return -1;
}

function isName(bytes: Buffer, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false;
  for (let index = 0; index < name.length; index += 1)
    if (bytes[start + index] !== name.charCodeAt(index)) return false;
  return true;
}

/** The place of the comma or bracket behind the value that begins at `start`, or behind that around it if `inside` is 1. */
function endOfValue(bytes: Buffer, start: number, inside: 0 | 1 = 0): number {
  let depth: number = inside;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfText(bytes, at) - 1;
    else if (byte === OPEN || byte === OPEN_LIST) depth += 1;
    else if (byte === COMMA && depth === 0) return at;
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  return bytes.length;
}

const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d];
const [QUOTE, COMMA, NULL] = [0x22, 0x2c, 0x6e];
