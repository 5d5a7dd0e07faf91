import { mimeOf } from './file-kind';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('mimeOf', () => {
  it.each([
    ['\x89PNG\r\n\x1a\nxx', 'image/png'],
    ['\xff\xd8\xff\xe0', 'image/jpeg'],
    ['GIF89a', 'image/gif'],
    ['RIFF\0\0\0\0WEBPVP8', 'image/webp'],
    ['\0\0\0\x18ftypmp42', 'video/mp4'],
    ['%PDF-1.7', 'application/pdf'],
    ['OggS\0', 'audio/ogg'],
    ['ID3\x03', 'audio/mpeg'],
  ])('knows a file by its first bytes, whatever the server calls it (%j)', (start, mime) => {
    expect(mimeOf(bytes(start), 'text/html', 'file')).toBe(mime);
  });

  it('takes a voice message in the container of a video for audio', () => {
    expect(mimeOf(bytes('\0\0\0\x18ftypmp42'), 'video/mp4', 'audio')).toBe('audio/mp4');
  });

  it("believes the server for kinds that it cannot tell, in the server's own spelling only where that is one", () => {
    expect(mimeOf(bytes('a,b'), 'Text/CSV; charset=utf-8', 'file')).toBe('text/csv');
    expect(mimeOf(bytes('a,b'), 'nonsense', 'file')).toBe('application/octet-stream');
    expect(mimeOf(bytes('a,b'), undefined, 'file')).toBe('application/octet-stream');
  });

  it('does not believe a server that calls something a picture which is none', () => {
    expect(mimeOf(bytes('<script>'), 'image/png', 'image')).toBe('application/octet-stream');
  });
});
