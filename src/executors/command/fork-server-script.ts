/** What the fork server is: a program in Perl. */

/**
 * A request is its length (four bytes, the highest first) and texts with a NUL between them: its number, the paths of the
 * three standard streams, the folder, the number of arguments, these, and the variables that differ from the server's own,
 * a name alone where one is unset. A request with the number 0 has nothing but variables: these become the server's own.
 * Answers are lines: `ready`; `started` with number and process id, once `exec` has closed the pipe of the start, or
 * `failed` with number and errno (0: it cannot open the streams), both in the order of the requests; and `ended` with
 * number and status, as waitpid tells it, and 1 where nothing else is in the group.
 *
 * That a child has ended is a signal which is let in only while `ppoll` waits, so none is missed between a look and the
 * wait; Perl has no name for such calls, so it is told their numbers. No other signal reaches the server, such as those
 * that end the programs of a terminal or of a service: it goes when nobody asks any more and its children have ended, as
 * these end with it. Perl ignores SIGFPE, which a program would inherit.
 */
export const forkServerScript = String.raw`
use strict;
my ($name, $run, $parent, $ppoll, $sigprocmask, $setsid, $prctl) = @ARGV;
my ($wnohang, $o_rdonly, $o_wronly, $pollin, $sig_setmask, $pr_set_pdeathsig, $sigkill, $esrch) = (1, 0, 1, 1, 2, 1, 9, 3);
# In some sandboxes what a process has open may not be opened by others.
exit if getppid != $parent or readlink '/proc/self' ne $$ or !sysopen my $tried, "/proc/$parent/exe", $o_rdonly;
close $tried;
$0 = "$name $run";
chdir '/';
my ($server, $asked, $is_asked, @starting, %number) = ($$, '', 1);
my ($none, $all, $all_but_child) = map { pack 'Q', $_ } 0, ~0, ~(1 << 16);
syscall $sigprocmask, $sig_setmask, $all, 0, 8;
$SIG{CHLD} = sub {};

sub answer { syswrite STDOUT, "@_\n" }

sub set_variables {
  for (@_) {
    my ($name, $value) = split /=/, $_, 2;
    if (defined $value) { $ENV{$name} = $value } else { delete $ENV{$name} }
  }
}

sub become {
  my ($stdin, $stdout, $stderr, $folder, $count, @rest) = @_;
  my @command = splice @rest, 0, $count;
  syscall $setsid;
  syscall $prctl, $pr_set_pdeathsig, $sigkill, 0, 0, 0;
  kill KILL => $$ if getppid != $server;
  $SIG{FPE} = 'DEFAULT';
  syscall $sigprocmask, $sig_setmask, $none, 0, 8;
  # If we are dead nobody reads the pipe, and it would wait for ever.
  alarm 10;
  open STDIN, '<', $stdin or return 0;
  sysopen STDOUT, $stdout, $o_wronly or return 0;
  sysopen STDERR, $stderr, $o_wronly or return 0;
  alarm 0;
  chdir $folder or return $! + 0;
  set_variables(@rest);
  exec { $command[0] } @command or return $! + 0;
}

sub start {
  my ($number, @how) = @_;
  if (!$number) {
    %ENV = ();
    return set_variables(@how);
  }
  pipe my $started, my $why or return answer('failed', $number, $! + 0);
  my $pid = fork;
  return answer('failed', $number, $! + 0) if !defined $pid;
  if ($pid == 0) {
    syswrite $why, become(@how);
    kill KILL => $$;
  }
  $number{$pid} = $number;
  push @starting, [$pid, $started];
}

sub tell_first {
  my ($pid, $started) = @{shift @starting};
  if (sysread $started, my $errno, 16) {
    answer('failed', delete $number{$pid}, $errno);
  } else {
    answer('started', $number{$pid}, $pid);
  }
}

answer('ready');
while ($is_asked or %number) {
  my $first_pipe = @starting ? fileno $starting[0][1] : -1;
  my $poll = pack '(iss)2', map { ($_, $pollin, 0) } $is_asked ? 0 : -1, $first_pipe;
  syscall $ppoll, $poll, 2, 0, $all_but_child, 8;
  my ($asks, $first) = unpack '(x6s)*', $poll;
  tell_first() if $first;
  while ((my $pid = waitpid -1, $wnohang) > 0) {
    tell_first() while grep { $_->[0] == $pid } @starting;
    my $number = delete $number{$pid};
    next if !defined $number;
    my $is_alone = !kill(0, -$pid) && $! == $esrch;
    answer('ended', $number, $?, $is_alone ? 1 : 0);
  }
  next if !$asks;
  $is_asked = sysread STDIN, $asked, 65536, length $asked;
  while (length $asked >= 4 and length $asked >= 4 + unpack 'N', $asked) {
    my $request = substr $asked, 4, unpack 'N', $asked;
    substr($asked, 0, 4 + length $request) = '';
    start(split /\0/, $request, -1);
  }
}
`;

const generic = [73, 135, 157, 167] as const;

/** What the system calls of the script are known by. */
export const systemCalls: Partial<
  Record<NodeJS.Architecture, readonly [ppoll: number, sigprocmask: number, setsid: number, prctl: number]>
> = { x64: [271, 14, 112, 157], arm64: generic, riscv64: generic, loong64: generic };
