// A card of the sandbox: the files of its chip, signed, and what the chip answers to a reader.

import { constants, createHash, privateEncrypt, randomBytes, sign } from 'node:crypto';
import { hashAlgorithm, makeKeys, signBytes, signatureAlgorithm, type Curve, type Hash, type KeyPair } from './algorithms.ts'; // prettier-ignore
import type { Issued } from './certificates.ts';
import { context, integer, octets, oid, sequence, setOf, tlv } from './der.ts';
import { comOf, dg1Of, dg2Of, dg13Of, dg14Of, dg15Of, machineZone, type Holder } from './groups.ts';

export type ChipKey =
  | { readonly kind: 'rsa'; readonly hash: Hash; readonly bits?: number }
  | { readonly kind: 'ec'; readonly curve: Curve; readonly hash: Hash; readonly encoding?: 'plain' | 'der' };
export type Groups = { readonly dg1: Buffer; readonly dg2: Buffer; readonly dg13: Buffer; readonly dg14?: Buffer; readonly dg15?: Buffer }; // prettier-ignore

export type CardWishes = {
  /** How the list hashes the files. */
  readonly hash?: Hash;
  readonly chip?: ChipKey | 'none';
  /** Country of the issuer in DG1. */
  readonly issuer?: string;
  /** Another number in DG13 than in DG1. */
  readonly dg13Number?: string;
  readonly face?: Buffer;
  readonly signedAttributes?: boolean;
  readonly contentType?: string;
  readonly contentTypeAttribute?: string;
  readonly messageDigest?: Buffer;
  /** Groups left out of the signed list. */
  readonly unlisted?: readonly (keyof Groups)[];
};
export type Card = {
  readonly groups: Groups;
  readonly com: Buffer;
  readonly sod: Buffer;
  /** The chip's answer to a reader's challenge; undefined when it cannot. */
  answer(challenge: Buffer): Buffer | undefined;
  /** What a reader hands over: text members, with a challenge of its own. */
  read(encoding?: 'base64' | 'hex'): Record<string, string>;
};

const LDS = '2.23.136.1.1.1';
const P256: ChipKey = { kind: 'ec', curve: 'prime256v1', hash: 'sha256' };
const PLAIN: Readonly<Record<Hash, number>> = { sha1: 1, sha224: 2, sha256: 3, sha384: 4, sha512: 5 };

export function makeCard(holder: Holder, signer: Issued, wishes: CardWishes = {}): Card {
  const chip = wishes.chip ?? P256;
  const keys = chip === 'none' ? undefined : makeKeys(chip.kind === 'rsa' ? { scheme: 'rsa', ...chip } : { scheme: 'ec', ...chip }); // prettier-ignore
  const groups: Groups = {
    dg1: dg1Of(machineZone(holder, wishes.issuer)),
    dg2: dg2Of(wishes.face ?? randomBytes(12_000)),
    dg13: dg13Of(holder, wishes.dg13Number),
    ...(chip === 'none' || chip.kind === 'rsa'
      ? {}
      : { dg14: dg14Of(`0.4.0.127.0.7.1.1.4.1.${PLAIN[chip.hash]}`) }),
    ...(keys === undefined ? {} : { dg15: dg15Of(keys.publicKey.export({ type: 'spki', format: 'der' })) }),
  };
  const sod = securityObject(groups, signer, wishes);
  const com = comOf([0x61, 0x75, 0x6d, 0x6e, 0x6f]);
  const answer = (challenge: Buffer) =>
    chip === 'none' || keys === undefined ? undefined : answerOf(chip, keys, challenge);
  return {
    groups,
    com,
    sod,
    answer,
    read(encoding = 'base64') {
      const challenge = randomBytes(8);
      const files = { ...groups, com, sod, challenge, aAResult: answer(challenge) };
      return Object.fromEntries(
        Object.entries(files).map(([name, bytes]) => [name, bytes?.toString(encoding) ?? '']),
      );
    },
  };
}

function securityObject(groups: Groups, signer: Issued, wishes: CardWishes): Buffer {
  const { hash = 'sha256', unlisted = [], contentType = LDS } = wishes;
  const listed = Object.entries(groups).filter(([name]) => !unlisted.some((left) => left === name));
  const digest = (bytes: Buffer, how: Hash = hash) => createHash(how).update(bytes).digest();
  const list = sequence(
    integer(0),
    hashAlgorithm(hash),
    sequence(...listed.map(([name, file]) => sequence(integer(Number(name.slice(2))), octets(digest(file))))),
  );
  const how = signer.signing;
  const attribute = (type: string, value: Buffer) => sequence(oid(type), setOf(value));
  const attributes = setOf(
    attribute('1.2.840.113549.1.9.3', oid(wishes.contentTypeAttribute ?? contentType)),
    attribute('1.2.840.113549.1.9.4', octets(wishes.messageDigest ?? digest(list, how.hash))),
  );
  const withAttributes = wishes.signedAttributes !== false;
  const signerInfo = sequence(
    integer(1),
    sequence(signer.issuer, integer(signer.serialNumber)),
    hashAlgorithm(how.hash),
    ...(withAttributes ? [retagged(0xa0, attributes)] : []),
    signatureAlgorithm(how),
    octets(signBytes(how, signer.privateKey, withAttributes ? attributes : list)),
  );
  const signed = sequence(
    integer(3),
    setOf(hashAlgorithm(how.hash)),
    sequence(oid(contentType), context(0, octets(list))),
    context(0, signer.der),
    setOf(signerInfo),
  );
  return tlv(0x77, sequence(oid('1.2.840.113549.1.7.2'), context(0, signed)));
}

const retagged = (tag: number, der: Buffer) => Buffer.concat([Buffer.from([tag]), der.subarray(1)]);

function answerOf(chip: ChipKey, keys: KeyPair, challenge: Buffer): Buffer {
  if (chip.kind === 'ec') {
    const dsaEncoding = chip.encoding === 'der' ? 'der' : 'ieee-p1363';
    return sign(chip.hash, challenge, { key: keys.privateKey, dsaEncoding });
  }
  // ISO/IEC 9796-2 scheme 1, as chips do it.
  const trailer = { sha1: [0xbc], sha224: [0x38, 0xcc], sha256: [0x34, 0xcc], sha384: [0x36, 0xcc], sha512: [0x35, 0xcc] }[chip.hash]; // prettier-ignore
  const size = (chip.bits ?? 2048) / 8;
  const length = createHash(chip.hash).digest().length;
  const message = randomBytes(size - 1 - length - trailer.length);
  const digest = createHash(chip.hash).update(message).update(challenge).digest();
  const block = Buffer.concat([Buffer.from([0x6a]), message, digest, Buffer.from(trailer)]);
  return privateEncrypt({ key: keys.privateKey, padding: constants.RSA_NO_PADDING }, block);
}
