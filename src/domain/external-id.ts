import { fault } from './faults.ts';
import type { Ids } from './ids.ts';
import { LIMITS } from './limits.ts';
import { failed, ok, type Result } from './result.ts';

declare const externalIdBrand: unique symbol;

export type ExternalId = string & { readonly [externalIdBrand]: true };

/** AWS: `[\w+=,.@:\/-]*`, 2 to 1,224 characters (STS API reference, AssumeRole). */
export function parseExternalId(text: string, field = 'externalId'): Result<ExternalId> {
  const wrong = (detail: string) => failed(fault('invalid-external-id', detail, { field }));
  if (text.length < LIMITS.externalIdCharsMin) {
    return wrong(
      `It has ${text.length} character${text.length === 1 ? '' : 's'}; at least ${LIMITS.externalIdCharsMin} are needed.`,
    );
  }
  if (text.length > LIMITS.externalIdCharsMax) {
    return wrong(`It has ${text.length} characters; at most ${LIMITS.externalIdCharsMax} are allowed.`);
  }
  // `u`: a character beyond 16 bits is told as a whole.
  const bad = /[^\w+=,.@:/-]/u.exec(text);
  if (bad) {
    const shown = /\s/.test(bad[0]) ? 'white space' : `the character "${bad[0]}"`;
    return wrong(`It has ${shown} at position ${bad.index + 1}, which AWS does not allow.`);
  }
  return isExternalId(text) ? ok(text) : wrong('It has characters that AWS does not allow.');
}

/** A new external ID for one connector: 192 random bits, so that nobody can guess or share it by accident. */
export function newExternalId(ids: Ids): ExternalId {
  const parsed = parseExternalId(`causeway-${ids.secret(24)}`);
  if (!parsed.ok) throw new Error('a generated external ID must be valid');
  return parsed.value;
}

function isExternalId(text: string): text is ExternalId {
  return /^[\w+=,.@:/-]+$/.test(text);
}
