// Every rule of the linter, as one edit of the real file that breaks it.

import test from 'ava';
import { checkCatalogue } from '../../catalogue/load.ts';
import { edit, folderOf, read, servicesFolder } from './files.ts';

const filing = '  - action: hoso.nop\n';
const secondRoute = '    http: [{ method: GET, path: /ho-so }]\n';

const broken: readonly [title: string, from: string, to: string, message: RegExp, file?: string][] = [
  ['an unknown key', 'risk: high', 'rissk: high', /rissk: khoá không có trong mẫu/],
  ['an unknown key inside require', 'maxAge: 900', 'maxage: 900', /require\.maxage: khoá không có trong mẫu/],
  ['a label that says masked over the whole number', 'claim: personal_number_masked', 'claim: personal_number', /phải là personal_number_masked/], // prettier-ignore
  [
    'a missing title',
    '    title: { vi: Nộp hồ sơ, en: File a dossier }\n',
    '',
    /actions\.0\.title: thiếu mục này/,
  ],
  [
    'a missing owner',
    '    owner: Trung tâm Phục vụ hành chính công tỉnh Tây Ninh\n',
    '',
    /owner: thiếu mục này/,
  ],
  [
    'a level that does not exist',
    'level: 2\n      maxAge: 900',
    'level: 3\n      maxAge: 900',
    /level: chỉ được là 1 hoặc 2/,
  ],
  ['level 2 without maxAge', '      maxAge: 900\n', '', /việc ở mức 2 phải có maxAge/],
  ['a write with maxAge over 900', 'maxAge: 900', 'maxAge: 901', /maxAge của việc ghi không được quá 900/],
  [
    'a read with maxAge over 28800',
    'maxAge: 28800',
    'maxAge: 28801',
    /maxAge của việc xem không được quá 28800/,
  ],
  [
    'high risk at level 1',
    'level: 2\n      maxAge: 900',
    'level: 1',
    /rủi ro cao \(high\) không được để ở mức 1/,
  ],
  [
    'a write below the read of the same object',
    'level: 2\n      maxAge: 900',
    'level: 1',
    /thấp hơn việc xem cùng đối tượng/,
  ],
  [
    'one scope on two levels',
    'level: 2\n      maxAge: 900\n      scopes: [svc:hoso:nop]',
    'level: 1\n      scopes: [svc:hoso:xem]',
    /phạm vi svc:hoso:xem đã dùng cho việc ở mức 1/,
  ],
  [
    'the same route twice',
    secondRoute,
    '    http: [{ method: GET, path: /ho-so }, { method: POST, path: /ho-so }]\n',
    /POST \/ho-so đã được khai báo/,
  ],
  [
    'a route that is public and an action',
    secondRoute,
    '    http: [{ method: GET, path: / }]\n',
    /GET \/ đã được khai báo/,
  ],
  [
    'local without legal',
    '    legal: "MẪU THỬ: chỉ nhận giấy tờ không phải thủ tục hành chính; chưa có ý kiến pháp lý, không dùng cho hồ sơ thật"\n',
    '',
    /handover: local chỉ được dùng khi mục legal/,
  ],
  [
    'an action named for another service',
    filing,
    '  - action: bhyt.nop\n',
    /tên việc phải bắt đầu bằng "hoso\."/,
  ],
  ['a scope named for another service', 'svc:hoso:nop', 'svc:bhyt:nop', /phải bắt đầu bằng "svc:hoso:"/],
  [
    'a purpose that does not exist',
    'purpose: hoso.xu-ly',
    'purpose: hoso.khac',
    /không có mục đích hoso\.khac/,
  ],
  [
    'consent asked for a legal duty',
    'purpose: hoso.xu-ly',
    'purpose: hoso.tra-cuu',
    /dựa trên luật nên không hỏi đồng ý/,
  ],
  [
    'consent required that is not needed',
    'purpose: hoso.xu-ly',
    'purpose: hoso.bao-tin',
    /phải ghi needed: true/,
  ],
  [
    'a legal duty that rests on consent',
    'lawfulPurpose: hoso.tra-cuu',
    'lawfulPurpose: hoso.bao-tin',
    /cần người dân đồng ý/,
  ],
  [
    'a legal basis without its article',
    '    basisRef: Luật 91/2025/QH15 Điều 19 khoản 1 điểm c\n',
    '',
    /phải có basisRef/,
  ],
  [
    'sensitive data called basic',
    'claim: phone_number, class: basic',
    'claim: location, class: basic',
    /location là dữ liệu nhạy cảm/,
  ],
  [
    'a service address that is not https',
    'https://hoso.dichvu',
    'http://hoso.dichvu',
    /phải là địa chỉ https/,
  ],
  ['an amr value nobody knows', '[[vneid]]', '[[vneidd]]', /chỉ được là một trong: zalo, otp/],
  ['an empty list of methods', '[[vneid]]', '[]', /không được để trống/],
  [
    'an action that does not say what data is for',
    '      consent: { purpose: hoso.xu-ly }\n',
    '',
    /chưa nói dùng dữ liệu để làm gì/,
  ],
  [
    'the personal number without its basis',
    '    basisRef: "MẪU THỬ: Luật 91/2025/QH15 Điều 9 (có sự đồng ý); căn cứ dùng số định danh cá nhân cần Sở Tư pháp xác nhận"\n',
    '',
    /personal_number\) phải có basisRef/,
  ],
  [
    'the personal number without an agreement',
    '  transferAgreement: TT-2026-001\n',
    '',
    /phải có transferAgreement/,
  ],
  [
    'a purpose by law that no action serves',
    'lawfulPurpose: hoso.chuyen-cong',
    'lawfulPurpose: hoso.tra-cuu',
    /không việc nào dùng mục đích hoso\.chuyen-cong/,
  ],
  [
    'a needed consent that no action needs',
    'needed: false',
    'needed: true',
    /không việc nào dùng mục đích hoso\.bao-tin/,
  ],
  [
    'a source of identity where nobody is identified',
    'level: 1\n',
    'level: 1\n      evidenceAnyOf: [vneid]\n',
    /ở mức 1 danh tính chưa được xác minh/,
  ],
  ['nothing said about who carries it out', '    area: province\n', '', /area: thiếu mục này/],
  ['an area nobody knows', 'area: province', 'area: district', /area: chỉ được là một trong: province/],
  [
    'an action of the national portal without legal',
    '    legal: "NĐ 69/2024/NĐ-CP: thủ tục hành chính dùng tài khoản VNeID tại Cổng Dịch vụ công quốc gia"\n',
    '',
    /thiếu mục legal/,
  ],
  [
    'a service without anything to use',
    ', title: { vi: Trang đầu của cổng tiện ích, en: Front page of the portal }',
    '',
    /ít nhất một đường công khai có title/,
    'cong.yaml',
  ],
  [
    'a title without English',
    'title: { vi: Trang đầu của cổng tiện ích, en: Front page of the portal }',
    'title: { vi: Trang đầu của cổng tiện ích }',
    /service\.public\.0\.title\.en: thiếu mục này/,
    'cong.yaml',
  ],
  [
    'personal data at a pseudonymous service',
    'data: []',
    'data: [{ claim: name, class: basic, label: { vi: Họ tên, en: Name } }]',
    /dịch vụ ẩn danh \(pseudonymous\) không được dùng dữ liệu cá nhân: name/,
    'gopy.yaml',
  ],
  [
    'a transfer agreement of a pseudonymous service',
    '  pseudonymous: true\n',
    '  pseudonymous: true\n  transferAgreement: TT-2026-099\n',
    /hãy xoá transferAgreement/,
    'gopy.yaml',
  ],
  [
    'pseudonymous: false',
    'pseudonymous: true',
    'pseudonymous: false',
    /chỉ được là một trong: true/,
    'gopy.yaml',
  ],
  [
    "a child's data at level 1",
    'level: 2\n      maxAge: 28800',
    'level: 1',
    /dùng dữ liệu của trẻ em, nên việc này phải ở mức 2/,
    'giaoduc.yaml',
  ],
  [
    'letters put together from parts',
    'vi: Nộp hồ sơ,',
    `vi: ${'Nộp hồ sơ'.normalize('NFD')},`,
    /Unicode dựng sẵn/,
  ],
  ['a fraction of a second', 'maxAge: 900', 'maxAge: 1.5', /maxAge: giá trị sai kiểu, cần số nguyên/],
  ['an age beyond every number', 'maxAge: 900', 'maxAge: 1e300', /maxAge: không được lớn hơn/],
  ['a version that is none', 'version: 2', 'version: 0', /version: không được nhỏ hơn 1/],
  ['a retention without a length', 'retention: P2Y', 'retention: P', /phải là thời hạn như P2Y/],
  ['a scope of another form', '[svc:hoso:nop]', '[nop]', /phạm vi phải có dạng svc:/],
  ['an address with a slash at its end', 'tayninh.gov.vn\n', 'tayninh.gov.vn/\n', /không có dấu \/ ở cuối/],
  ['a name with Vietnamese letters', filing, '  - action: hoso.nộp\n', /chỉ dùng chữ thường không dấu/],
  ['a method HTTP does not have here', 'method: POST', 'method: SEND', /method: chỉ được là một trong: GET/],
  ['half a parameter', 'path: "/tra-cuu/{ma}"', 'path: "/tra-cuu/{ma}.pdf"', /phải là cả một đoạn/],
  ['a path with a question', 'path: /ho-so }', 'path: "/ho-so?a=1" }', /không có dấu cách, \? hoặc #/],
  ['an empty sentence', 'vi: Nộp hồ sơ,', 'vi: "",', /title\.vi: không được để trống/],
  ['nothing but a list', 'issued: 2026-11-22\n', '- issued: 2026-11-22\n', /sai cách viết YAML/],
  ['a date that is none', 'effectiveFrom: 2026-01-01', 'effectiveFrom: 2026-13-01', /phải là ngày/],
  ['a key written twice', 'risk: high', 'risk: high\n    risk: low', /sai cách viết YAML/],
  ['broken indentation', 'risk: high', ' risk: high', /sai cách viết YAML/],
];
for (const [title, from, to, message, file = 'hoso.yaml'] of broken) {
  test(`refused: ${title}`, async (t) => {
    const folder = await folderOf(t, { [file]: edit(await read(file), from, to) });
    const { problems } = await checkCatalogue(folder);
    t.true(
      problems.some((problem) => message.test(problem.message)),
      JSON.stringify(problems, null, 1),
    );
    t.true(problems.every((problem) => problem.line >= 1 && problem.file.endsWith(file)));
    // A civil servant reads them.
    for (const problem of problems) t.notRegex(problem.message, /\b(invalid|expected|received|must|too)\b/i);
  });
}

test('the real catalogue has no problem', async (t) => {
  t.deepEqual((await checkCatalogue(servicesFolder)).problems, []);
});

test('a problem stands at the line of its key', async (t) => {
  const text = edit(await read('hoso.yaml'), 'maxAge: 28800', 'maxAge: 28801');
  const { problems } = await checkCatalogue(await folderOf(t, { 'hoso.yaml': text }));
  t.deepEqual(
    problems.map(({ line }) => line),
    [text.split('\n').findIndex((line) => line.includes('28801')) + 1],
  );
});

test('names belong to one service', async (t) => {
  const hoso = await read('hoso.yaml');
  const { problems } = await checkCatalogue(await folderOf(t, { 'a.yaml': hoso, 'b.yaml': hoso }));
  for (const what of [
    'địa chỉ dịch vụ',
    'mã dịch vụ',
    'việc hoso.nop',
    'mục đích hoso.xu-ly',
    'phạm vi svc:hoso:nop',
  ]) {
    t.true(
      problems.some(({ file, message }) => file.endsWith('b.yaml') && message.includes(what)),
      what,
    );
  }
});

test('a route of the OpenAPI file that nobody mapped is refused', async (t) => {
  const hoso = edit(await read('hoso.yaml'), '  tokens: jwt\n', '  tokens: jwt\n  openapi: hoso.openapi\n');
  const openapi =
    'openapi: 3.1.0\npaths:\n  /ho-so: { get: {}, post: {}, parameters: [] }\n  /ho-so/{id}: { delete: {} }\n';
  const { problems } = await checkCatalogue(
    await folderOf(t, { 'hoso.yaml': hoso, 'hoso.openapi': openapi }),
  );
  t.deepEqual(
    problems.map(({ message }) => message),
    [
      'service.openapi: DELETE /ho-so/{id} có trong OpenAPI nhưng không thuộc việc nào và không nằm trong public',
    ],
  );
  const missing = await checkCatalogue(await folderOf(t, { 'hoso.yaml': hoso }));
  t.regex(missing.problems[0]?.message ?? '', /không đọc được tệp OpenAPI hoso\.openapi/);
});

test('a voluntary purpose may stand without an action', async (t) => {
  const { problems } = await checkCatalogue(await folderOf(t, { 'cong.yaml': await read('cong.yaml') }));
  t.deepEqual(problems, []);
});
