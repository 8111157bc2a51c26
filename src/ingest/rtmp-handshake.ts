/** The simple handshake of RTMP 1.0 (Adobe's specification, section 5.2). Its fields carry nothing that anybody needs. */

/** RTMP's version byte, the first that a publisher sends. */
export const rtmpVersion = 3;

/** C0 and C1: what a publisher sends first. */
export const clientHelloBytes = 1 + 1536;

/** C2: what a publisher sends after our answer. */
export const clientEchoBytes = 1536;

/** How many random bytes an answer needs. */
export const handshakeRandomBytes = 1528;

/**
 * S0 + S1 + S2. Time and version are zero: a version of zero tells FFmpeg and OBS that the digest handshake of Flash is not spoken here, and the
 * true time would tell our clock.
 */
export function answerHandshake(clientHello: Buffer, random: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([rtmpVersion]),
    Buffer.alloc(8),
    random,
    clientHello.subarray(1, clientHelloBytes),
  ]);
}
