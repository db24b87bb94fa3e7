/** What the shells load: each asks the runjobs that is being typed for what may stand next. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** The script of a shell, with how it is loaded in its first lines. */
export function scriptFor(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return BASH;
    case 'zsh':
      return ZSH;
    case 'fish':
      return FISH;
    default:
      return shell satisfies never;
  }
}

// Words come as they are typed, so quotes and backslashes are taken off before, and put on after; in a quote that is still open
// bash keeps that, closes it, and takes what we say as it stands between the two.
const BASH = `# In ~/.bashrc: source <(runjobs completion bash)
_runjobs() {
  local line word value quote words=() IFS=$'\\n'
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    quote=
    case $word in \\"* | \\'*) quote=\${word:0:1} word=\${word:1} ;; esac
    [ "$quote" = \\' ] || word=\${word//\\\\/}
    case $word in *"$quote") [ -n "$quote" ] && word=\${word%"$quote"} quote= ;; esac
    words+=("$word")
  done
  COMPREPLY=()
  while read -r line; do
    value=\${line%%$'\\t'*}
    [ -n "$value" ] || continue
    case $quote in
      \\') value=\${value//\\'/\\'\\\\\\'\\'} ;;
      \\") value=\${value//\\\\/\\\\\\\\} value=\${value//\\"/\\\\\\"} value=\${value//\\$/\\\\\\$} value=\${value//\\\`/\\\\\\\`} ;;
      *) printf -v value %q "$value" ;;
    esac
    COMPREPLY+=("$value")
  done < <("\${COMP_WORDS[0]}" complete -- "\${words[@]}" 2>/dev/null)
  [ "\${#COMPREPLY[@]}" = 1 ] && case \${COMPREPLY[0]} in */ | *=) compopt -o nospace 2>/dev/null ;; esac
  return 0
}
complete -F _runjobs runjobs
`;

const ZSH = `#compdef runjobs
# In ~/.zshrc, after compinit: source <(runjobs completion zsh)
_runjobs() {
  local line value shown
  local -a values described going going_described
  for line in "\${(@f)$("\${(Q)words[1]}" complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    value=\${line%%$'\\t'*}
    [[ -z $value ]] && continue
    shown=$value
    [[ $line == *$'\\t'* ]] && shown="$value  -- \${line#*$'\\t'}"
    if [[ $value == */ || $value == *= ]]; then
      going+=("$value")
      going_described+=("$shown")
    else
      values+=("$value")
      described+=("$shown")
    fi
  done
  (( $#values )) && compadd -l -d described -a values
  (( $#going )) && compadd -S '' -l -d going_described -a going
  (( $#values + $#going ))
}
if [[ $funcstack[1] == _runjobs ]]; then _runjobs "$@"; else compdef _runjobs runjobs; fi
`;

const FISH = `# In ~/.config/fish/config.fish: runjobs completion fish | source
function __runjobs_candidates
  set -l before (commandline -opc)
  $before[1] complete -- $before[2..-1] (commandline -ct) 2>/dev/null
end
complete -c runjobs -f -k -a '(__runjobs_candidates)'
`;
