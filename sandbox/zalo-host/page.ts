// The telephone itself: Zalo's bar, the frame with the app, the questions Zalo asks, and a menu for what
// goes wrong on real telephones. It says that it is a simulation.

import { html, render } from '../../views/html.ts';
import type { Served } from './files.ts';

export function phonePage(options: {
  /** Where the app lies. */
  readonly root: string;
  readonly hasReader: boolean;
  readonly zaloUrl: string;
}): Served {
  const knob = (name: string, label: string) =>
    html`<label><input type="checkbox" name="${name}"> ${label}</label>`;
  return {
    type: 'text/html; charset=utf-8',
    headers: {
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
    body: render(html`<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Zalo (mô phỏng)</title>
<link rel="stylesheet" href="/host/phone.css">
<script type="module" src="/host/phone.js"></script>
</head>
<body data-root="${options.root}" data-zalo="${options.zaloUrl}" data-reader="${options.hasReader ? 'yes' : 'no'}">
<div class="phone">
<header class="bar">
<p class="mark">MÔ PHỎNG ZALO</p>
<button type="button" id="menu-button" aria-expanded="false" aria-controls="menu">Cài đặt</button>
</header>
<section id="choose">
<h1>Điện thoại này của ai?</h1>
<p>Chọn một người, rồi mở ứng dụng nhỏ.</p>
<ul id="people"></ul>
<noscript><p>Trang mô phỏng này cần JavaScript.</p></noscript>
</section>
<section id="menu" hidden>
<h1>Cài đặt của máy mô phỏng</h1>
<button type="button" id="relaunch">Đóng và mở lại ứng dụng nhỏ</button>
<button type="button" id="other">Đưa máy cho người khác</button>
<button type="button" id="forget">Zalo quên các quyền đã cho</button>
<fieldset><legend>Máy này bị</legend>
${knob('outAppFails', 'Không mở được trình duyệt (openOutApp)')}
${knob('webviewFails', 'Không mở được trang trong Zalo (openWebview)')}
${knob('freshToken', 'Mỗi lần hỏi là một mã Zalo mới')}
${knob('zaloFails', 'Zalo không trả lời')}
${knob('scanFails', 'Máy ảnh hỏng')}
</fieldset>
<p><label for="return">Khi quay về từ trang khác</label> <select id="return">
<option value="relaunch">Ứng dụng nhỏ mở lại từ đầu</option>
<option value="resume">Ứng dụng nhỏ vẫn còn đó</option>
<option value="never">Zalo đã đóng ứng dụng nhỏ</option></select></p>
<p><label for="card">Thẻ đang cầm</label> <select id="card"></select></p>
<button type="button" id="menu-close">Đóng cài đặt</button>
</section>
<section id="closed" hidden>
<h1>Zalo đã đóng ứng dụng nhỏ</h1>
<button type="button" id="open-again">Mở lại Tây Ninh Smart</button>
</section>
<div id="stand" hidden></div>
<dialog id="ask" aria-labelledby="ask-title"><h2 id="ask-title"></h2><p id="ask-text"></p>
<button type="button" id="allow">Cho phép</button>
<button type="button" id="deny">Từ chối</button></dialog>
</div>
</body>
</html>`),
  };
}
