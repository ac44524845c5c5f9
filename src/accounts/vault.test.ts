import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createVault, type MasterKey, parseMasterKeys } from './vault.ts';

function newKey(): MasterKey {
  const parsed = parseMasterKeys(randomBytes(32).toString('base64'), 'KEY');
  if (!parsed.ok) throw new Error(parsed.fault.detail);
  return parsed.value[0];
}

const unreadable = { ok: false, fault: { code: 'secret-unreadable' } };

describe('a sealed secret', () => {
  it('opens to what was sealed, whatever it was', () => {
    const vault = createVault([newKey()]);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), secret => {
        const sealed = JSON.parse(JSON.stringify(vault.seal('record-1', secret)));
        expect(vault.open('record-1', sealed)).toEqual({ ok: true, value: Buffer.from(secret).toString('utf8') });
      }),
    );
  });

  it('shows nothing of the secret and differs each time', () => {
    const vault = createVault([newKey()]);
    const [one, two] = [vault.seal('r', 'top secret'), vault.seal('r', 'top secret')];
    expect(one).not.toEqual(two);
    for (const text of [JSON.stringify(one), Buffer.from(one.secret.bytes, 'base64').toString('latin1')]) {
      expect(text).not.toContain('top secret');
    }
  });

  it('does not open in another record', () => {
    const vault = createVault([newKey()]);
    expect(vault.open('record-2', vault.seal('record-1', 'secret'))).toMatchObject(unreadable);
  });

  it('does not open under another master key, and says which one it needs', () => {
    const sealing = createVault([newKey()]);
    const opened = createVault([newKey()]).open('r', sealing.seal('r', 'secret'));
    expect(opened).toMatchObject({ ok: false, fault: { detail: expect.stringContaining(sealing.keyVersion) } });
  });

  it('does not open under a master key that only claims to be the one', () => {
    const key = newKey();
    const impostor = { version: key.version, bytes: newKey().bytes };
    expect(createVault([impostor]).open('r', createVault([key]).seal('r', 'secret'))).toMatchObject(unreadable);
  });

  it('does not open when any byte of it was changed', () => {
    const vault = createVault([newKey()]);
    const sealed = vault.seal('r', 'secret');
    for (const part of ['wrappedKey', 'secret'] as const) {
      for (const field of ['nonce', 'bytes', 'tag'] as const) {
        const bytes = Buffer.from(sealed[part][field], 'base64');
        for (let place = 0; place < bytes.length; place++) {
          const changed = Buffer.from(bytes);
          changed[place] = (changed[place] ?? 0) ^ 1;
          const tampered = { ...sealed, [part]: { ...sealed[part], [field]: changed.toString('base64') } };
          expect(vault.open('r', tampered)).toMatchObject(unreadable);
        }
        const cut = { ...sealed, [part]: { ...sealed[part], [field]: bytes.subarray(0, 4).toString('base64') } };
        expect(vault.open('r', cut)).toMatchObject(unreadable);
      }
    }
  });

  it.each([null, undefined, 'text', {}, { keyVersion: 'x' }, { keyVersion: 'x', wrappedKey: {}, secret: {} }])(
    'cannot be %j',
    value => {
      expect(createVault([newKey()]).open('r', value)).toMatchObject(unreadable);
    },
  );
});

describe('a ring of master keys', () => {
  it('seals with the first and opens with all', () => {
    const [old, young] = [newKey(), newKey()];
    const sealed = createVault([old]).seal('r', 'secret');
    const ring = createVault([young, old]);
    expect(ring.open('r', sealed)).toEqual({ ok: true, value: 'secret' });
    expect(ring.seal('r', 'secret').keyVersion).toBe(young.version);
  });

  it('reseals so that the old key can go', () => {
    const [old, young] = [newKey(), newKey()];
    const resealed = createVault([young, old]).reseal('r', createVault([old]).seal('r', 'secret'));
    if (!resealed.ok) throw new Error(resealed.fault.detail);
    expect(createVault([young]).open('r', resealed.value)).toEqual({ ok: true, value: 'secret' });
  });
});

describe('configured master keys', () => {
  it('are read as base64 or hexadecimal, by line or comma, and named by their content', () => {
    const [one, two] = [randomBytes(32), randomBytes(32)];
    const parsed = parseMasterKeys(`${one.toString('hex')}\n ${two.toString('base64')},\n`, 'KEY');
    if (!parsed.ok) throw new Error(parsed.fault.detail);
    expect(parsed.value.map(key => key.bytes)).toEqual([one, two]);
    const alone = parseMasterKeys(two.toString('base64url'), 'KEY');
    expect(alone).toMatchObject({ ok: true, value: [{ version: parsed.value[1]?.version }] });
  });

  it.each(['', ' \n', 'short', randomBytes(31).toString('base64'), `${randomBytes(32).toString('hex')},oops`])(
    'are refused as %j, without repeating them',
    text => {
      const parsed = parseMasterKeys(text, 'KEY');
      expect(parsed).toMatchObject({ ok: false, fault: { code: 'invalid-setting', subject: 'KEY' } });
      if (text.trim().length > 5) expect(JSON.stringify(parsed)).not.toContain(text);
    },
  );
});
