import { createPublicKey, hash, randomUUID, verify } from 'node:crypto';
import { isSignedBy, splitJws, decodePart, sha256 } from '../packages/guard/jws.ts';
import { dpopProof, makeKey, signJwt } from './proofs.ts';
const ik = makeKey('issuer'), ak = makeKey('proof');
const mk = () => { const iat = Math.floor(Date.now()/1000); const t = signJwt(ik, {kid:'issuer',typ:'at+jwt'}, {iss:'https://id.tayninh.gov.vn', aud:'https://phananh.dichvu.tayninh.gov.vn', sub:'person', client_id:'portal', jti: randomUUID(), iat, exp: iat+600, scope:'svc:phananh:gui svc:phananh:xem', acr:'https://id.tayninh.gov.vn/acr/1', auth_time: iat, client_class:'gov_portal', consent_id:'c_1', consent_ver:1, purposes:[], amr:['zalo'], cnf:{jkt:hash('sha256', JSON.stringify({crv:'P-256',kty:'EC',x:ak.publicJwk.x,y:ak.publicJwk.y}), 'base64url')}}); return [t, dpopProof(ak, {method:'POST', address:'https://phananh.dichvu.tayninh.gov.vn/phan-anh', token:t})] as const; };
const K = [ik, ak].map(k => createPublicKey({key: {...k.publicJwk}, format:'jwk'}));
const prep = (j: string, k: any) => { const e = j.lastIndexOf('.'); const d = Buffer.from(j.slice(0,e)); const s = Buffer.from(j.slice(e+1),'base64url'); return () => verify('sha256', d, {key:k, dsaEncoding:'ieee-p1363'}, s); };
import { createGuard } from '../packages/guard/guard.ts';
import { parseCatalogue } from '../packages/guard/guard.ts';
const cat = parseCatalogue({version:'v', services:[{id:'https://phananh.dichvu.tayninh.gov.vn', tokens:'jwt', public:[]}], actions:[{action:'phananh.gui', service:'https://phananh.dichvu.tayninh.gov.vn', title:{vi:'a',en:'b'}, http:[], require:{level:1, scopes:['svc:phananh:gui']}, risk:'low', handover:'local', effectiveFrom:'2026-01-01', effectiveAt:0}]})!;
const jwks = {keys:[{...ik.publicJwk}]}; const feed={as_of: Math.floor(Date.now()/1000)+10, entries:[{k:'consent' as const,id:'c_0',min_ver:2}]};
const { crv, kty, x, y } = ak.publicJwk; const jkt = hash('sha256', JSON.stringify({crv,kty,x,y}), 'base64url');
const mkGuard = (rec: boolean) => createGuard({issuer:'https://id.tayninh.gov.vn', audience:'https://phananh.dichvu.tayninh.gov.vn', baseUrl:'https://phananh.dichvu.tayninh.gov.vn', sources:{jwks:()=>jwks, catalogue:()=>cat, watermarks:()=>feed}, ...(rec ? {onDecision: () => {}} : {})});
const g1 = mkGuard(true), g2 = mkGuard(false);
const cpu = () => { const u = process.cpuUsage(); return (u.user+u.system)/1000; };
const res: Record<string, number[]> = {};
const time = (n: string, f: () => void) => { const a = cpu(); f(); (res[n] ??= []).push((cpu()-a)*1000/400); };
for (let r=0;r<25;r++) {
  const b = Array.from({length:400}, mk);
  const p = b.map(([t,d]) => [prep(t,K[0]), prep(d,K[1])] as const);
  time('bare', () => { for (const [x,y] of p) if (!x()||!y()) throw 1; });
  time('bare again', () => { for (const [x,y] of p) if (!x()||!y()) throw 1; });
  time('jws', () => { for (const [t,d] of b) { if (!isSignedBy(splitJws(t)!, K[0]!) || !isSignedBy(splitJws(d)!, K[1]!)) throw 1; } });
  time('jws+decode', () => { for (const [t,d] of b) { const a=splitJws(t)!, c=splitJws(d)!; if (!isSignedBy(a, K[0]!) || !isSignedBy(c, K[1]!)) throw 1; decodePart(a.header); decodePart(a.payload); decodePart(c.payload); sha256(t); sha256('abc'+d.slice(0,60)); } });
  for (const [nm, g] of [['check+record', g1], ['check', g2]] as const) { const rq = b.map(([t,d]) => { const headers = { host: 'phananh.dichvu.tayninh.gov.vn', accept: '*/*', 'content-type': 'application/json', authorization: `DPoP ${t}`, dpop: d }; return {method:'POST', url:'/phan-anh', headers, rawHeaders: Object.entries(headers).flat()}; }); const a = cpu(); for (const q of rq) { const c = await g.check(q,'phananh.gui'); if(!c.ok) throw new Error(JSON.stringify(c)); } (res[nm] ??= []).push((cpu()-a)*1000/400); }
}
for (const [n,v] of Object.entries(res)) { v.splice(0,5); v.sort((a,b)=>a-b); console.log(n, 'median', v[v.length>>1]!.toFixed(1), 'min', v[0]!.toFixed(1)); }
