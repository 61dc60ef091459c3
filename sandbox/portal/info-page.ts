// "Thông tin đã xác minh": what Tây Ninh ID lets this portal know about the visitor, read anew each
// time and kept nowhere. What is missing says why.

import { z } from 'zod';
import { factList, hidden, postForm, primary, secondary, type Fact } from '../../views/form.ts';
import { html, type Html } from '../../views/html.ts';
import { layout } from '../../views/layout.ts';
import { frameOf } from './pages.ts';
import type { Session } from './sessions.ts';

const TITLE = 'Thông tin đã xác minh';

const infoSchema = z.object({
  name: z.string().optional(),
  birthdate: z.string().optional(),
  gender: z.enum(['female', 'male']).optional(),
  phone_number: z.string().optional(),
  phone_number_verified: z.boolean().optional(),
  verified_claims: z
    .object({
      verification: z.object({
        time: z.iso.datetime({ offset: true }),
        evidence: z.array(
          z.object({
            check_details: z.array(z.object({ check_method: z.string(), organization: z.string() })),
          }),
        ),
      }),
    })
    .optional(),
});
const home = html`<div class="leave"><a class="button quiet" href="/">Về trang đầu</a></div>`;

type Info = z.output<typeof infoSchema>;

/** `claims`: the answer of UserInfo; undefined while nobody has signed in for it. */
export function infoPage(
  session: Session,
  claims: Readonly<Record<string, unknown>> | undefined,
  issuer: string,
): Html {
  const info = claims === undefined ? undefined : infoSchema.parse(claims);
  return layout({ ...frameOf(session), title: TITLE }, html`<h1>${TITLE}</h1>${body(session, info, issuer)}`);
}

function body({ csrf }: Session, info: Info | undefined, issuer: string): Html {
  if (info === undefined)
    return html`<p class="lead">Cổng này chưa biết gì về bạn.</p>
<p>Nếu bạn muốn, Tây Ninh ID gửi cho cổng: họ tên, ngày sinh, giới tính và số điện thoại. Bạn được hỏi trước khi gửi, và rút lại lúc nào cũng được.</p>
${postForm('/thong-tin', csrf, primary('Lấy thông tin của tôi'))}
${home}`;
  const facts = factsOf(info);
  if (facts.length === 0)
    return html`<p class="lead">Bạn không cho cổng này xem thông tin.</p>
<p>Có thể bạn đã chọn không đồng ý, hoặc đã rút lại. Cổng không còn xem được thông tin nào của bạn. Bạn vẫn dùng được các tiện ích khác.</p>
${postForm('/thong-tin', csrf, html`${hidden('hoi-lai', 'co')}${secondary('Xem lại và chọn lại')}`)}
${home}`;
  return html`<p class="lead">Tây Ninh ID cho cổng này biết:</p>
${factList(facts)}
<p>Cổng không lưu thông tin này. Mỗi lần mở trang, cổng hỏi lại Tây Ninh ID.</p>
${
  // Level 2 stands for eight hours at most; a telephone number needs level 1 only.
  info.name === undefined &&
  html`<p>Họ tên, ngày sinh và giới tính chỉ xem được khi bạn vừa xác minh.</p>
${postForm('/thong-tin', csrf, primary('Xác minh lại'))}`
}
<h2>Không muốn nữa?</h2>
<p>Mở trang của bạn ở Tây Ninh ID và bấm “Rút lại”. Cổng mất quyền xem ngay.</p>
<p><a class="button quiet" href="${`${issuer}/toi`}">Hồ sơ của tôi</a></p>
${home}`;
}

function factsOf(info: Info): Fact[] {
  const { name, birthdate, gender, phone_number: phone, phone_number_verified: verified } = info;
  const facts: (Fact | undefined)[] = [
    name === undefined ? undefined : { label: 'Họ và tên', value: name },
    birthdate === undefined ? undefined : { label: 'Ngày sinh', value: dayOf(birthdate) },
    gender === undefined ? undefined : { label: 'Giới tính', value: gender === 'female' ? 'Nữ' : 'Nam' },
    phone === undefined
      ? undefined
      : {
          label: 'Số điện thoại',
          value: verified === true ? shownPhone(phone) : `${shownPhone(phone)} (cần xác nhận lại)`,
        },
    info.verified_claims === undefined ? undefined : { label: 'Đã xác minh bằng', value: sourceOf(info.verified_claims) }, // prettier-ignore
  ];
  return facts.filter((fact) => fact !== undefined);
}

const METHODS: Readonly<Record<string, string>> = {
  auth: 'đăng nhập VNeID',
  data: 'đối chiếu cơ sở dữ liệu dân cư',
  vcrypt: 'chip trên thẻ căn cước',
  vpip: 'cán bộ tại quầy',
};

function sourceOf({ verification }: NonNullable<Info['verified_claims']>): string {
  const checks = verification.evidence.flatMap(({ check_details: details }) => details);
  const ways = [...new Set(checks.map(({ check_method: method }) => METHODS[method] ?? method))];
  const text = ways.join(', ');
  return `${text.slice(0, 1).toLocaleUpperCase('vi')}${text.slice(1)}, ngày ${dayOf(verification.time.slice(0, 10))}`;
}

const shownPhone = (phone: string) => phone.replace(/^\+84/, '0');

// 2026-11-22 → 22/11/2026; a year alone stays one.
const dayOf = (date: string) => date.split('-').toReversed().join('/');
