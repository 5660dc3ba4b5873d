import type { RejectionCode } from '../../../contracts/rejections.ts';
import { createRandom } from '../../../domain/sample/random.ts';
import { accepted, type BadFile, ofClass, refused, warned, type Xml } from './bad-file.ts';
import { encodingFiles } from './encoding-files.ts';

/** Entities, well-formedness, structure and encodings. */
export function xmlFiles(xml: Xml): BadFile[] {
  return [...entities(xml), ...wellFormedness(xml), ...structure(xml), ...encodingFiles(xml)].map((file) => ({
    ...file,
    name: `${xml.dialect}: ${file.name}`,
  }));
}

function entities({ dialect, root, document }: Xml): BadFile[] {
  const withDoctype = (subset: string, note = '&x;') =>
    document({ note }).replace('?>', `?>\n<!DOCTYPE ${root} ${subset}>`);
  const forbidden = (name: string, subset: string, note?: string) =>
    refused(name, withDoctype(subset, note), `${dialect}/doctype-forbidden`);
  const laughs = Array.from({ length: 12 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`).join('');
  const malformed = (name: string, content: string) => refused(name, content, `${dialect}/malformed`);
  return ofClass('entities', [
    forbidden('a file as an entity', '[<!ENTITY x SYSTEM "file:///etc/passwd">]'),
    forbidden('a page as an entity', '[<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]'),
    forbidden('a parameter entity', '[<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]', 'n'),
    forbidden('an external DTD', 'SYSTEM "http://127.0.0.1:9/x.dtd"', 'n'),
    forbidden('a public DTD', 'PUBLIC "-//X//X//EN" "http://127.0.0.1:9/x.dtd"', 'n'),
    forbidden('billion laughs', `[<!ENTITY l0 "lol">${laughs}]`, '&l12;'),
    forbidden('quadratic blow-up', `[<!ENTITY x "${'a'.repeat(50_000)}">]`, '&x;'.repeat(5_000)),
    forbidden('an entity of our own', '[<!ENTITY x "y">]'),
    forbidden('a DOCTYPE that declares nothing', '', 'n'),
    refused('a DOCTYPE without end', `<!DOCTYPE ${root} [`, `${dialect}/doctype-forbidden`),
    refused('a DOCTYPE inside the root', document({ inside: `<!DOCTYPE ${root}>` }), `${dialect}/doctype-forbidden`),
    malformed('an undefined entity', document({ note: '&undefined;' })),
    malformed('an entity of HTML', document({ note: '&nbsp;' })),
    malformed('an undefined entity in an attribute', document({ inside: '<a b="&c;"/>' })),
    malformed('a reference to NUL', document({ note: '&#0;' })),
    malformed('a reference to a control character', document({ note: '&#x1F;' })),
    malformed('a reference to half a character', document({ note: '&#xD800;' })),
    malformed('a reference beyond Unicode', document({ note: '&#x110000;' })),
    malformed('a reference without end', document({ note: '&#65' })),
    accepted(
      'XInclude',
      document({
        inside: '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
      }),
    ),
    accepted(
      'a style sheet',
      document().replace('?>', '?><?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?>'),
    ),
    accepted(
      'a schema elsewhere',
      document({
        inside:
          '<a i:schemaLocation="u http://127.0.0.1:9/x.xsd" xmlns:i="http://www.w3.org/2001/XMLSchema-instance"/>',
      }),
    ),
    accepted('a processing instruction', document({ inside: '<?php system("id"); ?>' })),
  ]);
}

function wellFormedness({ dialect, root, document }: Xml): BadFile[] {
  const malformed = (name: string, content: string) => refused(name, content, `${dialect}/malformed`);
  const truncated = (name: string, content: string) => refused(name, content, `${dialect}/truncated`);
  const whole = document();
  return ofClass('well-formedness', [
    malformed('tags that cross', document({ inside: '<a><b></a></b>' })),
    malformed('a closing tag too many', `${whole}</${root}>`),
    malformed('a second root', `${whole}<${root}/>`),
    malformed('text after the root', `${whole}tail`),
    malformed('text before the root', whole.replace('?>', '?>head')),
    malformed('an attribute twice', document({ inside: '<a b="1" b="2"/>' })),
    malformed('an attribute without quotes', document({ inside: '<a b=1/>' })),
    malformed('an attribute without value', document({ inside: '<a b/>' })),
    malformed('< in an attribute', document({ inside: '<a b="<"/>' })),
    malformed('a bare ampersand', document({ note: 'a & b' })),
    malformed('two dashes in a comment', document({ inside: '<!-- a -- b -->' })),
    malformed(']]> in a text', document({ note: 'a ]]> b' })),
    malformed('a control character', document({ note: 'a\u0008b' })),
    malformed('U+FFFE', document({ note: '\uFFFE' })),
    malformed('a declaration in the middle', document({ inside: '<?xml version="1.0"?>' })),
    malformed('a tag without a name', document({ inside: '< a/>' })),
    malformed('a name that begins with a digit', document({ inside: '<1a/>' })),
    truncated('a comment without end', document({ inside: '<!-- ' })),
    truncated('CDATA without end', document({ inside: '<![CDATA[ ' })),
    truncated('an instruction without end', document({ inside: '<?p ' })),
    truncated('a root that is never closed', whole.slice(0, -(root.length + 3))),
    truncated('half of the file', whole.slice(0, whole.length / 2)),
    accepted(
      'the same namespace thirty times',
      document({ inside: `<a${Array.from({ length: 30 }, (_, i) => ` xmlns:p${i}="urn:x"`).join('')}/>` }),
    ),
    warned('a prefix that nothing declares', document({ inside: '<q:a/>' }), `${dialect}/unbound-prefix`),
    warned('a name of 300 characters', document({ note: 'ä'.repeat(300) }), `${dialect}/name-cut`),
  ]);
}

function structure({ dialect, document }: Xml): BadFile[] {
  const over = (
    name: string,
    code: 'too-deep' | 'too-many-attributes' | 'name-too-long' | 'text-too-long',
    make: () => string,
  ) => refused(name, () => document({ inside: make() }), `${dialect}/${code}` satisfies RejectionCode);
  const attributes = (count: number, of: (i: number) => string) =>
    `<a${Array.from({ length: count }, (_, i) => ` ${of(i)}`).join('')}/>`;
  const random = createRandom(7);
  return ofClass('structure', [
    over('nested 100 deep', 'too-deep', () => '<a>'.repeat(100) + '</a>'.repeat(100)),
    over('nested 100,000 deep', 'too-deep', () => '<a>'.repeat(100_000) + '</a>'.repeat(100_000)),
    over('nested 1,000,000 deep, never closed', 'too-deep', () => '<a>'.repeat(1_000_000)),
    over('100,000 attributes', 'too-many-attributes', () => attributes(100_000, (i) => `b${i}=""`)),
    over('50,000 namespaces', 'too-many-attributes', () => attributes(50_000, (i) => `xmlns:n${i}="urn:${i}"`)),
    over('a name of 1 MB', 'name-too-long', () => `<${'a'.repeat(1_000_000)}/>`),
    over('an attribute name of 1 MB', 'name-too-long', () => `<a ${'b'.repeat(1_000_000)}=""/>`),
    over('an attribute of 1 MB', 'text-too-long', () => `<a b="${'c'.repeat(1_000_000)}"/>`),
    over('a comment of 5 MB', 'text-too-long', () => `<!--${'c'.repeat(5_000_000)}-->`),
    over('a text of 5 MB', 'text-too-long', () => 'text '.repeat(1_000_000)),
    over('CDATA of 5 MB', 'text-too-long', () => `<![CDATA[${'c'.repeat(5_000_000)}]]>`),
    over('white space of 5 MB', 'text-too-long', () => ' '.repeat(5_000_000)),
    refused('a name as text of 5 MB', () => document({ note: 'n'.repeat(5_000_000) }), `${dialect}/text-too-long`),
    accepted('100,000 elements that mean nothing', () => document({ inside: '<a/>'.repeat(100_000) })),
    accepted('20,000 names, each another', () =>
      document({ inside: Array.from({ length: 20_000 }, (_, i) => `<n${i}/>`).join('') }),
    ),
    accepted('names chosen to collide', () =>
      document({
        inside: Array.from(
          { length: 20_000 },
          () => `<n${String.fromCharCode(97 + random() * 26, 97 + random() * 26)}x/>`,
        ).join(''),
      }),
    ),
    accepted('50,000 namespaces, one after another', () =>
      document({ inside: Array.from({ length: 50_000 }, (_, i) => `<a xmlns:n="urn:${i}"/>`).join('') }),
    ),
  ]);
}
