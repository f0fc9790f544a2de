import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

/** Encrypts and decrypts queued bodies. */
export interface Sealer {
  /** AES-256-GCM over `plain`, with `context` authenticated beside it. */
  seal(plain: Uint8Array, context: string): Buffer;
  /** Throws when key, bytes or context are not those of `seal`. */
  open(sealed: Uint8Array, context: string): Buffer;
}

const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;

/** Bytes that sealing adds: salt, nonce and tag. */
export const sealOverheadBytes = saltBytes + nonceBytes + tagBytes;

/**
 * A sealer whose nonces cannot repeat: each sealer derives a key of its own (HKDF-SHA-256 over a
 * random 128-bit salt) and counts its nonces up from 0. Random 96-bit nonces under one key would
 * reach their safe limit of 2^32 messages, and nonces made from queue positions would repeat
 * after an aborted transaction or a restored backup.
 *
 * Layout: salt (16) | nonce (12) | tag (16) | ciphertext.
 */
export function createSealer(key: Uint8Array): Sealer {
  const salt = randomBytes(saltBytes);
  const sealKey = deriveKey(key, salt);
  const openKeys = new Map<string, Buffer>();
  let sealed = 0n;

  function keyOf(saltOfRecord: Buffer): Buffer {
    const name = saltOfRecord.toString("latin1");
    const derived = openKeys.get(name) ?? deriveKey(key, saltOfRecord);
    openKeys.set(name, derived);
    return derived;
  }

  return {
    seal(plain, context) {
      const nonce = Buffer.alloc(nonceBytes);
      nonce.writeBigUInt64BE(sealed++, nonceBytes - 8);
      const cipher = createCipheriv("aes-256-gcm", sealKey, nonce);
      cipher.setAAD(Buffer.from(context));
      const ciphertext = cipher.update(plain);
      cipher.final();
      return Buffer.concat([salt, nonce, cipher.getAuthTag(), ciphertext]);
    },
    open(bytes, context) {
      if (bytes.length < sealOverheadBytes) {
        throw new Error(`expected at least ${sealOverheadBytes} bytes, got ${bytes.length}`);
      }
      const [saltOfRecord, nonce, tag, ciphertext] = split(Buffer.from(bytes));
      const options = { authTagLength: tagBytes };
      const decipher = createDecipheriv("aes-256-gcm", keyOf(saltOfRecord), nonce, options);
      decipher.setAAD(Buffer.from(context));
      decipher.setAuthTag(tag);
      const plain = decipher.update(ciphertext);
      decipher.final();
      return plain;
    },
  };
}

function deriveKey(key: Uint8Array, salt: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, "telltale queue record", 32));
}

function split(bytes: Buffer): [Buffer, Buffer, Buffer, Buffer] {
  const afterSalt = saltBytes + nonceBytes;
  return [
    bytes.subarray(0, saltBytes),
    bytes.subarray(saltBytes, afterSalt),
    bytes.subarray(afterSalt, sealOverheadBytes),
    bytes.subarray(sealOverheadBytes),
  ];
}
