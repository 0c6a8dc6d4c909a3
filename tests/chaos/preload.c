/* Faults at the n-th call to the system for a file under one folder; loaded with LD_PRELOAD.

   JPCLI_CHAOS = "UNDER:CALLS:AT:DO:GOES_ON"
     UNDER    the folder; other files are left alone
     CALLS    letters: o open, r read, w write, s sync, t truncate, n name (rename, link), u unlink
     AT       which of those calls, from 1
     DO       kill, tear (half a write, then kill), stop (SIGSTOP), or an error's number
     GOES_ON  1: every later one fails as well
   JPCLI_CHAOS_FIRED names a file that is made when a fault is met. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

static char under[4096], calls[16], act[16];
static const char *fired;
static size_t under_length;
static long at, met;
static int goes_on;

/* At the start, and once more in a process that was forked for another command. */
__attribute__((constructor)) void jpcli_chaos_begin(void) {
  const char *told = getenv("JPCLI_CHAOS");
  fired = getenv("JPCLI_CHAOS_FIRED");
  met = 0;
  under_length = 0;
  if (told == NULL) return;
  if (sscanf(told, "%4095[^:]:%15[^:]:%ld:%15[^:]:%d", under, calls, &at, act, &goes_on) != 5) abort();
  under_length = strlen(under);
}

static int is_ours(const char *path) {
  return under_length && path != NULL && strncmp(path, under, under_length) == 0;
}

static int is_open_here(int fd) {
  char link[64], path[4096];
  if (!under_length) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_ours(path);
}

static void note(void) {
  if (fired != NULL) {
    int fd = (int)syscall(SYS_openat, AT_FDCWD, fired, O_CREAT | O_WRONLY, 0600);
    if (fd >= 0) syscall(SYS_close, fd);
  }
}

static void end(void) { syscall(SYS_kill, getpid(), SIGKILL); }

/* 0: go on. Otherwise the error's number; -1: write a half and end. */
static int fault(char kind) {
  if (strchr(calls, kind) == NULL) return 0;
  met++;
  if (met != at && !(goes_on && met > at)) return 0;
  note();
  if (strcmp(act, "kill") == 0) end();
  if (strcmp(act, "tear") == 0) {
    if (kind == 'w') return -1;
    end();
  }
  if (strcmp(act, "stop") == 0) {
    syscall(SYS_kill, getpid(), SIGSTOP);
    return 0;
  }
  return atoi(act);
}

#define REAL(name) \
  static __typeof__(name) *real; \
  if (real == NULL) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define MEET(ours, kind) \
  if (ours) { \
    int error = fault(kind); \
    if (error > 0) { errno = error; return -1; } \
  }
#define WRITING(call_half) \
  if (is_open_here(fd)) { \
    int error = fault('w'); \
    if (error > 0) { errno = error; return -1; } \
    if (error < 0) { call_half; end(); } \
  }

ssize_t write(int fd, const void *data, size_t size) {
  REAL(write);
  WRITING(real(fd, data, size / 2));
  return real(fd, data, size);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t where) {
  REAL(pwrite);
  WRITING(real(fd, data, size / 2, where));
  return real(fd, data, size, where);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t where) {
  REAL(pwrite64);
  WRITING(real(fd, data, size / 2, where));
  return real(fd, data, size, where);
}
ssize_t sendfile(int fd, int from, off_t *where, size_t size) {
  REAL(sendfile);
  WRITING(real(fd, from, where, size / 2));
  return real(fd, from, where, size);
}
ssize_t sendfile64(int fd, int from, off64_t *where, size_t size) {
  REAL(sendfile64);
  WRITING(real(fd, from, where, size / 2));
  return real(fd, from, where, size);
}
ssize_t read(int fd, void *data, size_t size) {
  REAL(read);
  MEET(is_open_here(fd), 'r');
  return real(fd, data, size);
}
ssize_t pread(int fd, void *data, size_t size, off_t where) {
  REAL(pread);
  MEET(is_open_here(fd), 'r');
  return real(fd, data, size, where);
}
ssize_t pread64(int fd, void *data, size_t size, off64_t where) {
  REAL(pread64);
  MEET(is_open_here(fd), 'r');
  return real(fd, data, size, where);
}
int fsync(int fd) {
  REAL(fsync);
  MEET(is_open_here(fd), 's');
  return real(fd);
}
int fdatasync(int fd) {
  REAL(fdatasync);
  MEET(is_open_here(fd), 's');
  return real(fd);
}
int ftruncate(int fd, off_t size) {
  REAL(ftruncate);
  MEET(is_open_here(fd), 't');
  return real(fd, size);
}
int ftruncate64(int fd, off64_t size) {
  REAL(ftruncate64);
  MEET(is_open_here(fd), 't');
  return real(fd, size);
}
int rename(const char *from, const char *to) {
  REAL(rename);
  MEET(is_ours(to), 'n');
  return real(from, to);
}
int renameat(int a, const char *from, int b, const char *to) {
  REAL(renameat);
  MEET(is_ours(to), 'n');
  return real(a, from, b, to);
}
int link(const char *from, const char *to) {
  REAL(link);
  MEET(is_ours(to), 'n');
  return real(from, to);
}
int linkat(int a, const char *from, int b, const char *to, int flags) {
  REAL(linkat);
  MEET(is_ours(to), 'n');
  return real(a, from, b, to, flags);
}
int unlink(const char *path) {
  REAL(unlink);
  MEET(is_ours(path), 'u');
  return real(path);
}
int unlinkat(int folder, const char *path, int flags) {
  REAL(unlinkat);
  MEET(is_ours(path), 'u');
  return real(folder, path, flags);
}

#define OPENING() \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list more; \
    va_start(more, flags); \
    mode = va_arg(more, mode_t); \
    va_end(more); \
  } \
  MEET(is_ours(path), 'o')
int open(const char *path, int flags, ...) {
  REAL(open);
  OPENING();
  return real(path, flags, mode);
}
int open64(const char *path, int flags, ...) {
  REAL(open64);
  OPENING();
  return real(path, flags, mode);
}
int openat(int folder, const char *path, int flags, ...) {
  REAL(openat);
  OPENING();
  return real(folder, path, flags, mode);
}
int openat64(int folder, const char *path, int flags, ...) {
  REAL(openat64);
  OPENING();
  return real(folder, path, flags, mode);
}
