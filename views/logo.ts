import { type Html, html } from './html.ts';

// Bà Đen, the one mountain of a flat province, with Phụng at its shoulder and Heo at its foot.
// It stands on the header's lower edge, which goes on as the horizon over the whole width.
export function logo(): Html {
  return html`<svg class="logo" viewBox="0 0 80 40" aria-hidden="true" focusable="false">
<path class="logo-far" d="M2 40 L14 32 L22 21.500 Q24 19 26.200 20.800 L29.500 23.500 L40.500 7.200 Q43 3.800 45.800 6.800 L56 19 L64 29.500 L78 40 Z"/>
<path class="logo-near" d="M0 40 L9 34.500 L15 29.300 Q17.300 27.500 19.800 29 L29 35 L38 40 Z"/>
</svg>`;
}

/** The same mountain from far out in the plain, at the foot of the welcome page. */
export function skyline(): Html {
  return html`<svg class="skyline" viewBox="0 0 1280 120" preserveAspectRatio="xMidYMax slice" aria-hidden="true" focusable="false">
<path class="far" d="M0 104 L470 102 L520 92 L566 58 Q574 51 583 57 L598 67 L642 17 Q652 7 663 16 L706 58 L742 88 L800 101 L1280 104 V120 H0 Z"/>
<path class="near" d="M0 110 Q160 103 330 108 T660 108 T980 107 T1280 110 V120 H0 Z"/>
</svg>`;
}
