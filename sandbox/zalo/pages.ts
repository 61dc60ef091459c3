// The pages a citizen sees at the twin. They look like a phone page but not like Zalo's own,
// and each says that it is a simulation.

import { escape, page as twinPage, stylesheet as twinStylesheet } from '../twin/page.ts';
import type { Answer, Moment } from './answers.ts';
import type { Oa } from './oa-state.ts';
import type { ZaloApp, ZaloCitizen } from './state.ts';

export type PermissionForm = {
  readonly appId: string;
  readonly redirectUri: string;
  readonly codeChallenge: string | undefined;
  readonly state: string | undefined;
};

export function choosePage(moment: Moment, form: PermissionForm): Answer {
  const people = moment.state.citizens
    .map(
      (citizen) => `<li><button name="zalo_id" value="${escape(citizen.zaloId)}">
        <span class="face" aria-hidden="true">${escape(initialOf(citizen))}</span>
        ${escape(citizen.name)}</button></li>`,
    )
    .join('');
  return page(moment, 200, {
    title: 'Đăng nhập với Zalo (mô phỏng)',
    main: `<p>Trang này chỉ để thử nghiệm, không phải Zalo thật. Không cần mật khẩu.</p>
      <h2 id="who">Chọn người đăng nhập</h2>
      <form method="post" action="/v4/permission">
        ${hidden(form)}
        <ul aria-labelledby="who">${people}</ul>
      </form>`,
  });
}

export function allowPage(moment: Moment, form: PermissionForm, app: ZaloApp, citizen: ZaloCitizen): Answer {
  const back = `/v4/permission?${new URLSearchParams(asQuery(form))}`;
  return page(moment, 200, {
    title: `Cho phép ${app.name ?? 'ứng dụng'} biết tên của bạn?`,
    main: `<p>Bạn đang dùng tài khoản <strong>${escape(citizen.name)}</strong>.</p>
      <p>Nếu đồng ý, ứng dụng sẽ biết tên và ảnh đại diện Zalo của bạn.</p>
      <form method="post" action="/v4/permission">
        ${hidden(form)}
        <input type="hidden" name="zalo_id" value="${escape(citizen.zaloId)}">
        <button class="main" name="decision" value="allow">Cho phép</button>
        <button name="decision" value="deny">Từ chối</button>
      </form>
      <p><a href="${escape(back)}">Chọn người khác</a></p>`,
  });
}

/** Shown when the knob says that a denial never returns to us (U2). */
export function deniedPage(moment: Moment): Answer {
  return page(moment, 200, {
    title: 'Bạn đã từ chối',
    main: '<p>Bạn có thể đóng trang này và quay lại ứng dụng.</p>',
  });
}

export function errorPage(moment: Moment, errorCode: string): Answer {
  const known: Record<string, string> = {
    '-14002': 'Ứng dụng không tồn tại hoặc chưa được kích hoạt.',
    '-14003': 'Địa chỉ quay lại chưa được đăng ký với Zalo.',
  };
  return page(moment, 200, {
    title: 'Không đăng nhập được',
    main: `<p>${escape(known[errorCode] ?? 'Yêu cầu đăng nhập không hợp lệ.')}</p>
      <p>Mã lỗi: <strong>${escape(errorCode)}</strong></p>
      <p>Bạn hãy quay lại ứng dụng và thử lại.</p>`,
  });
}

/** The account's owner lets an app speak for it (contract §5.1). */
export function ownerPage(moment: Moment, app: ZaloApp, oas: readonly Oa[], given: URLSearchParams): Answer {
  const kept = ['app_id', 'redirect_uri', 'code_challenge', 'state'].flatMap((name) => {
    const value = given.get(name);
    return value === null ? [] : [`<input type="hidden" name="${name}" value="${escape(value)}">`];
  });
  const choices = oas.map(
    (oa) => `<li><button name="oa_id" value="${escape(oa.oaId)}">${escape(oa.name ?? oa.oaId)}</button></li>`,
  );
  return page(moment, 200, {
    title: `Cho phép ${app.name ?? 'ứng dụng'} gửi tin thay tài khoản chính thức?`,
    main: `<p>Trang dành cho người quản lý tài khoản chính thức (Official Account).</p>
      <h2 id="which">Chọn tài khoản</h2>
      <form method="post" action="/v4/oa/permission">
        ${kept.join('')}
        <ul aria-labelledby="which">${choices.join('')}</ul>
      </form>`,
  });
}

export const stylesheet = (): Answer => twinStylesheet(css);

/** A page of the twin, with the way to the sandbox phone if there is one. */
export function page(
  { phoneOrigin }: Moment,
  status: number,
  content: { title: string; main: string; refreshSeconds?: number | undefined },
): Answer {
  const link = phoneOrigin === undefined ? undefined : { href: phoneOrigin, text: 'Mở điện thoại mô phỏng' };
  return twinPage(status, { ...content, system: 'Zalo', link });
}

function hidden(form: PermissionForm): string {
  return Object.entries(asQuery(form))
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`)
    .join('\n');
}

function asQuery(form: PermissionForm): Record<string, string> {
  return {
    app_id: form.appId,
    redirect_uri: form.redirectUri,
    ...(form.codeChallenge === undefined ? {} : { code_challenge: form.codeChallenge }),
    ...(form.state === undefined ? {} : { state: form.state }),
  };
}

// Vietnamese given names come last.
export function initialOf(citizen: ZaloCitizen): string {
  return Array.from(citizen.name.trim().split(/\s+/).at(-1) ?? '')[0] ?? '?';
}

const css = `
* { box-sizing: border-box; }
body { margin: 0; font: 18px/1.5 system-ui, sans-serif; color: #14202e; background: #e9f0f8; }
header { background: #0b4ea2; color: #fff; padding: 12px 16px; text-align: center; }
header strong { letter-spacing: 2px; border: 2px solid #fff; border-radius: 6px; padding: 4px 10px; }
main { max-width: 430px; margin: 0 auto; padding: 16px; background: #fff; min-height: 70vh; }
h1 { font-size: 26px; line-height: 1.25; }
h2 { font-size: 20px; }
ul { list-style: none; margin: 0; padding: 0; }
button { display: flex; align-items: center; gap: 12px; width: 100%; min-height: 56px; margin: 10px 0;
  padding: 8px 16px; font: inherit; font-weight: 700; text-align: left; color: #0b4ea2;
  background: #fff; border: 2px solid #0b4ea2; border-radius: 12px; cursor: pointer; }
button.main { color: #fff; background: #0b4ea2; }
button:focus-visible, a:focus-visible { outline: 4px solid #f2a900; outline-offset: 2px; }
.face { flex: none; width: 40px; height: 40px; border-radius: 50%; line-height: 40px;
  text-align: center; color: #fff; background: #0b4ea2; }
a { display: inline-block; min-height: 48px; padding: 10px 0; color: #0b4ea2; }
.chat { display: flex; flex-direction: column; gap: 10px; list-style: none; margin: 0; padding: 0; }
.chat li { max-width: 85%; padding: 10px 14px; border-radius: 14px; background: #eef2f7; overflow-wrap: anywhere; white-space: pre-line; }
.chat li.citizen { align-self: flex-end; background: #d5e6ff; }
.chat small { display: block; color: #3c4a5a; font-size: 18px; }
label { display: block; margin-top: 16px; font-weight: 700; }
textarea { display: block; width: 100%; min-height: 96px; padding: 10px; font: inherit; border: 2px solid #5b6b7d; border-radius: 12px; }
textarea:focus-visible { outline: 4px solid #f2a900; outline-offset: 2px; }
footer { max-width: 430px; margin: 0 auto; padding: 16px; color: #3c4a5a; }
`;
