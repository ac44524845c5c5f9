import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { fault } from '../domain/faults.ts';
import { failed, ok, type Result } from '../domain/result.ts';

/**
 * Seals secrets at rest. Each secret has a random data key of its own (AES-256-GCM); the data key is wrapped (AES-256-GCM)
 * by a master key, whose version stands beside it. Both layers are bound to the id of the record that holds the secret,
 * so that a sealed value copied into another record does not open.
 */
export interface Vault {
  /** Version of the master key that seals: the first of the ring. */
  readonly keyVersion: string;
  seal(recordId: string, secret: string): SealedSecret;
  /** Fails with `secret-unreadable` when the master key is not in the ring or the value is not what was sealed. */
  open(recordId: string, sealed: unknown): Result<string>;
  /** The same secret under the newest master key and a new data key. */
  reseal(recordId: string, sealed: unknown): Result<SealedSecret>;
}

/** As it stands in the database; bytes are base64. */
export interface SealedSecret {
  readonly keyVersion: string;
  readonly wrappedKey: SealedBytes;
  readonly secret: SealedBytes;
}

interface SealedBytes {
  readonly nonce: string;
  readonly bytes: string;
  readonly tag: string;
}

export interface MasterKey {
  /** Derived from the key itself, so that nobody has to number keys. */
  readonly version: string;
  readonly bytes: Buffer;
}

/** The first key seals; all of them open. */
export function createVault(ring: readonly [MasterKey, ...MasterKey[]]): Vault {
  const [newest] = ring;
  const keyOf = (version: string) => ring.find(key => key.version === version);
  const vault: Vault = {
    keyVersion: newest.version,
    seal: (recordId, secret) => sealWith(newest, { recordId, secret }),
    open(recordId, sealed) {
      if (!isSealedSecret(sealed))
        return unreadable(recordId, 'The stored value has not the shape of a sealed secret.');
      const key = keyOf(sealed.keyVersion);
      if (!key)
        return unreadable(recordId, `It was sealed with master key ${sealed.keyVersion}, which is not configured.`);
      return openWith(key, { recordId, sealed });
    },
    reseal(recordId, sealed) {
      const opened = vault.open(recordId, sealed);
      return opened.ok ? ok(vault.seal(recordId, opened.value)) : opened;
    },
  };
  return vault;
}

/**
 * Reads master keys as they are configured: 32 bytes each as base64 or hexadecimal, one per line or separated by commas,
 * the newest first. `setting` names the variable or file in the fault.
 */
export function parseMasterKeys(text: string, setting: string): Result<readonly [MasterKey, ...MasterKey[]]> {
  const words = text.split(/[\s,]+/).filter(word => word !== '');
  const wrong = (detail: string) => failed(fault('invalid-setting', detail, { subject: setting }));
  const keys: MasterKey[] = [];
  for (const [index, word] of words.entries()) {
    const bytes = /^[0-9a-f]{64}$/i.test(word) ? Buffer.from(word, 'hex') : Buffer.from(word, 'base64');
    if (bytes.length !== KEY_BYTES) {
      return wrong(`Key ${index + 1} in ${setting} is not ${KEY_BYTES} bytes as base64 or hexadecimal.`);
    }
    keys.push({ version: versionOf(bytes), bytes });
  }
  const [first, ...rest] = keys;
  return first ? ok([first, ...rest]) : wrong(`${setting} holds no key.`);
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function sealWith(key: MasterKey, { recordId, secret }: { recordId: string; secret: string }): SealedSecret {
  const dataKey = randomBytes(KEY_BYTES);
  const sealed = {
    keyVersion: key.version,
    wrappedKey: encrypt(key.bytes, { plain: dataKey, boundTo: `key:${key.version}:${recordId}` }),
    secret: encrypt(dataKey, { plain: Buffer.from(secret, 'utf8'), boundTo: `secret:${recordId}` }),
  };
  dataKey.fill(0);
  return sealed;
}

function openWith(key: MasterKey, { recordId, sealed }: { recordId: string; sealed: SealedSecret }): Result<string> {
  const dataKey = decrypt(key.bytes, { sealed: sealed.wrappedKey, boundTo: `key:${key.version}:${recordId}` });
  const secret = dataKey && decrypt(dataKey, { sealed: sealed.secret, boundTo: `secret:${recordId}` });
  dataKey?.fill(0);
  return secret ? ok(secret.toString('utf8')) : unreadable(recordId, 'The stored value is not what was sealed.');
}

function encrypt(key: Buffer, { plain, boundTo }: { plain: Buffer; boundTo: string }): SealedBytes {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(Buffer.from(boundTo));
  const bytes = Buffer.concat([cipher.update(plain), cipher.final()]);
  return {
    nonce: nonce.toString('base64'),
    bytes: bytes.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  };
}

/** undefined when the tag does not fit: another key, another record, or a changed value. */
function decrypt(key: Buffer, { sealed, boundTo }: { sealed: SealedBytes; boundTo: string }): Buffer | undefined {
  const nonce = Buffer.from(sealed.nonce, 'base64');
  const tag = Buffer.from(sealed.tag, 'base64');
  if (nonce.length !== NONCE_BYTES || tag.length !== TAG_BYTES) return undefined;
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(boundTo)).setAuthTag(tag);
  const start = decipher.update(Buffer.from(sealed.bytes, 'base64'));
  try {
    return Buffer.concat([start, decipher.final()]);
  } catch {
    // final() has one way to fail: the tag does not fit.
    return undefined;
  }
}

/** Tells keys apart and tells nothing about them: 32 bits of a hash of 256 random ones. */
function versionOf(bytes: Buffer): string {
  return createHash('sha256').update('causeway master key\n').update(bytes).digest('hex').slice(0, 8);
}

function unreadable(recordId: string, detail: string) {
  return failed(fault('secret-unreadable', detail, { subject: recordId }));
}

function isSealedSecret(value: unknown): value is SealedSecret {
  if (!isRecord(value)) return false;
  return typeof value.keyVersion === 'string' && isSealedBytes(value.wrappedKey) && isSealedBytes(value.secret);
}

function isSealedBytes(value: unknown): value is SealedBytes {
  return isRecord(value) && [value.nonce, value.bytes, value.tag].every(part => typeof part === 'string');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
