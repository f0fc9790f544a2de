import { promisify } from "node:util";
import { constants, gunzip, gzip, zstdCompress, zstdDecompress } from "node:zlib";
import kafkajs from "kafkajs";

/** What one decompressed record batch may take: a small one must not fill the memory. */
const maxOutputLength = 512 * 1024 * 1024;

const compressGzip = promisify(gzip);
const decompressGzip = promisify(gunzip);
const compressZstd = promisify(zstdCompress);
const decompressZstd = promisify(zstdDecompress);

interface Codec {
  compress(encoder: { buffer: Buffer }): Promise<Buffer>;
  decompress(buffer: Buffer): Promise<Buffer>;
}

const gzipCodec: Codec = {
  compress: ({ buffer }) => compressGzip(buffer, { level: 1 }),
  decompress: (buffer) => decompressGzip(buffer, { maxOutputLength }),
};

const zstdCodec: Codec = {
  compress: ({ buffer }) =>
    compressZstd(buffer, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  decompress: (buffer) => decompressZstd(buffer, { maxOutputLength }),
};

/** kafkajs has no zstd, and its gzip bounds nothing; both run in Node's thread pool here. */
export function registerCodecs(): void {
  const { CompressionCodecs, CompressionTypes } = kafkajs;
  CompressionCodecs[CompressionTypes.GZIP] = () => gzipCodec;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstdCodec;
}

export const compressionTypes = {
  none: kafkajs.CompressionTypes.None,
  gzip: kafkajs.CompressionTypes.GZIP,
  zstd: kafkajs.CompressionTypes.ZSTD,
} as const;
