/** The text that the bytes of a body are. */

/** As UTF-8, unless its `content-type` names another charset that is known. */
export function bodyText(bytes: Uint8Array, contentType: string | readonly string[] | undefined): string {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(String(contentType))?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
