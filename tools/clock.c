/* Another wall clock for a whole tree of processes: loaded with LD_PRELOAD, moved by FAKETIME=+seconds (tools/clocks.py).
 *
 * Only the wall clock moves. The monotonic clock and every wait that is measured by it stay the kernel's, so nothing hangs;
 * a deadline that is said in wall clock time is moved back before the kernel sees it. Such a deadline is told from a
 * monotonic one by its size: a machine has not been up for thirty years. Times of files are the kernel's, too.
 * (libfaketime would do the first half; with the monotonic clock left alone its clock_nanosleep refuses every sleep.)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define THIRTY_YEARS_S 1000000000L
#define REAL(name) ((__typeof__(&name))real(__func__))

static long offset_s;

__attribute__((constructor)) static void read_offset(void) {
    const char *said = getenv("FAKETIME");
    offset_s = said ? atol(said) : 0;
}

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int is_wall(clockid_t clock) {
    return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE || clock == CLOCK_TAI;
}

/* A deadline as the kernel reads it. */
static const struct timespec *kernels(const struct timespec *deadline, struct timespec *moved) {
    if (!deadline || deadline->tv_sec < THIRTY_YEARS_S) return deadline;
    *moved = *deadline;
    moved->tv_sec -= offset_s;
    return moved;
}

/* -- what time it is -- */

int clock_gettime(clockid_t clock, struct timespec *at) {
    static __typeof__(&clock_gettime) next;
    if (!next) next = REAL(clock_gettime);
    int failed = next(clock, at);
    if (!failed && is_wall(clock)) at->tv_sec += offset_s;
    return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    static __typeof__(&gettimeofday) next;
    if (!next) next = REAL(gettimeofday);
    int failed = next(at, zone);
    if (!failed) at->tv_sec += offset_s;
    return failed;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *at, int base) {
    return base == TIME_UTC && !clock_gettime(CLOCK_REALTIME, at) ? base : 0;
}

/* -- waits until a time -- */

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *left) {
    struct timespec moved;
    return REAL(clock_nanosleep)(clock, flags, flags & TIMER_ABSTIME ? kernels(until, &moved) : until, left);
}

#define WAITS(name, subject)                                          \
    int name(subject *on, const struct timespec *restrict until) {    \
        struct timespec moved;                                        \
        return REAL(name)(on, kernels(until, &moved));                \
    }
#define WAITS_BY(name, subject)                                                        \
    int name(subject *on, clockid_t clock, const struct timespec *restrict until) {    \
        struct timespec moved;                                                         \
        return REAL(name)(on, clock, kernels(until, &moved));                          \
    }

WAITS(sem_timedwait, sem_t)
WAITS_BY(sem_clockwait, sem_t)
WAITS(pthread_mutex_timedlock, pthread_mutex_t)
WAITS_BY(pthread_mutex_clocklock, pthread_mutex_t)
WAITS(pthread_rwlock_timedrdlock, pthread_rwlock_t)
WAITS(pthread_rwlock_timedwrlock, pthread_rwlock_t)

int pthread_cond_timedwait(pthread_cond_t *restrict on, pthread_mutex_t *restrict held, const struct timespec *restrict until) {
    struct timespec moved;
    return REAL(pthread_cond_timedwait)(on, held, kernels(until, &moved));
}

int pthread_cond_clockwait(
    pthread_cond_t *restrict on, pthread_mutex_t *restrict held, clockid_t clock, const struct timespec *restrict until) {
    struct timespec moved;
    return REAL(pthread_cond_clockwait)(on, held, clock, kernels(until, &moved));
}

int timerfd_settime(int timer, int flags, const struct itimerspec *set, struct itimerspec *before) {
    struct itimerspec moved = *set;
    struct timespec deadline;
    if (flags & TFD_TIMER_ABSTIME) moved.it_value = *kernels(&set->it_value, &deadline);
    return REAL(timerfd_settime)(timer, flags, &moved, before);
}

/* Locks that ask the kernel without the C library in between (abseil's, of the optimizer and of Chromium). */
long syscall(long number, ...) {
    static __typeof__(&syscall) next;
    struct timespec moved;
    long a[6];
    va_list given;
    va_start(given, number);
    for (int i = 0; i < 6; i++) a[i] = va_arg(given, long);
    va_end(given);
    if (number == SYS_futex && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET)
        a[3] = (long)kernels((const struct timespec *)a[3], &moved);
    if (number == SYS_clock_gettime) return clock_gettime((clockid_t)a[0], (struct timespec *)a[1]);
    if (!next) next = REAL(syscall);
    return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
