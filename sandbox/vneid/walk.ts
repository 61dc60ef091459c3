// Signs in at the simulated hub the way a browser without JavaScript would: reads the page, presses a button.

/** Presses the button that bears `name`, or "Từ chối". Returns the address the browser is sent back to. */
export async function walkSignOn(authorizationUrl: string, name: string): Promise<URL> {
  const shown = await fetch(authorizationUrl, { redirect: 'manual' });
  const html = await shown.text();
  if (shown.status !== 200) return backFrom(shown);
  const [, signOn = ''] = /name="sign_on" value="([^"]+)"/.exec(html) ?? [];
  const button = [...html.matchAll(/<button[^>]*name="(\w+)" value="([^"]+)"[^>]*>([^<]*)/g)].find(
    ([, , , label]) => label?.trim() === name,
  );
  const [, field, value] = button ?? [];
  if (field === undefined || value === undefined) throw new Error(`no button "${name}"`);
  const form = new URLSearchParams({ sign_on: signOn, [field]: value });
  return backFrom(
    await fetch(new URL('/oauth2/authorize', authorizationUrl), {
      method: 'POST',
      body: form,
      redirect: 'manual',
    }),
  );
}

function backFrom(response: Response): URL {
  const location = response.headers.get('location');
  if (location === null) throw new Error(`no way back: HTTP ${response.status}`);
  return new URL(location);
}
