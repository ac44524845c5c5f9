import { hash, verify } from '@node-rs/argon2';

/**
 * OWASP's first choice for argon2id: 19 MiB, two passes, one lane (Password Storage Cheat Sheet). Takes some 40 ms of one
 * core; libuv's four threads bound how many run at once. The library's default algorithm is argon2id.
 */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Nobody's password, hashed at the same cost: checking against it takes as long as checking a real one. */
export const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$klNakcdqZUqejulQB3F+2Q$rLxzV6siiZf480eVvPIYdU/EaB6J6xmps12Lt3eghCI';

export async function hashPassword(password: string): Promise<string> {
  return await hash(password, COST);
}

/** Whether the password is the one that was hashed; without a hash it takes the same time and is false. */
export async function passwordFits(password: string, passwordHash: string | undefined): Promise<boolean> {
  const fits = await verify(passwordHash ?? NOBODYS_HASH, password);
  return fits && passwordHash !== undefined;
}
