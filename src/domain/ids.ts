import { randomBytes } from 'node:crypto';

/** Where randomness comes from. Nothing else draws random bytes, so a test can own it. */
export interface Ids {
  /** A new UUID version 7 (RFC 9562): its first 48 bits are the time, so ids sort by age and indexes stay compact. */
  uuid(): string;
  /** `bytes` random bytes as base64url: for tokens and generated passwords. */
  secret(bytes: number): string;
}

export const systemIds: Ids = {
  uuid: () => uuidV7(Date.now(), randomBytes(10)),
  secret: bytes => randomBytes(bytes).toString('base64url'),
};

function uuidV7(timeMs: number, random: Buffer): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(timeMs, 0, 6);
  random.copy(bytes, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
