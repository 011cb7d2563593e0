/* Preloaded before libc: the Nth write or sync of a database's files fails with EIO, as on a disk
   that is going bad. ACSD_FAULT_FILE is part of their names, ACSD_FAULT_AT the N. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long count;

static int fails(int fd) {
    const char *at = getenv("ACSD_FAULT_AT"), *file = getenv("ACSD_FAULT_FILE");
    char link[64], path[4096];
    if (at == NULL || file == NULL) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strstr(path, file) == NULL || __sync_add_and_fetch(&count, 1) != atol(at)) return 0;
    fprintf(stderr, "EIO %s\n", strrchr(path, '.'));
    errno = EIO;
    return 1;
}

#define REAL(name, ...) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))(__VA_ARGS__)

int fsync(int fd) { return fails(fd) ? -1 : REAL(fsync, fd); }
int fdatasync(int fd) { return fails(fd) ? -1 : REAL(fdatasync, fd); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return fails(fd) ? -1 : REAL(pwrite, fd, data, size, at);
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return fails(fd) ? -1 : REAL(pwrite64, fd, data, size, at);
}
ssize_t write(int fd, const void *data, size_t size) {
    return fails(fd) ? -1 : REAL(write, fd, data, size);
}
