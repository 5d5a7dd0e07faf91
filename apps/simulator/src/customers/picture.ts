import { crc32, deflateSync } from 'node:zlib';

/** A photograph to attach: a small PNG of a card on a table, drawn here so that no file of anybody is needed. */
export function pictureOfACard(): Buffer {
  const [width, height] = [320, 220];
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const onCard = x > 30 && x < 290 && y > 30 && y < 190;
      const portrait = onCard && (x - 80) ** 2 + (y - 95) ** 2 < 30 ** 2;
      const line = onCard && x > 140 && x < 270 && y > 60 && y < 150 && y % 22 < 5;
      const light = 236 - Math.round((x + y) / 14);
      const [r, g, b] = portrait ? [150, 118, 92] : line ? [70, 84, 104] : onCard ? [light, light, 246] : [122, 90, 62];
      rows.set([r, g, b], y * (width * 3 + 1) + 1 + x * 3);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
