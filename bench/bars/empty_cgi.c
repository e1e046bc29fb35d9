// The least that a CGI program can do and still answer for a message: one
// synced SQLite insert. bench/bars/run measures smsweb-cgi as plain CGI against it.
//
// It is spared all that smsweb-cgi has to do besides: it reads no request and
// no configuration, checks nothing, rings nobody. What is not asked about is as
// in smsweb-cgi: table and indexes (bench/bars/run copies its schema), WAL with
// synchronous=FULL (SQLite's default, so it need not be said), the log left in
// place at the end, and short uneven sleeps while another process writes.
//
// The database is named by SMSWEB_CONFIG, the one variable that deploy/apache
// hands to programs.
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static const char kInsert[] =
    "INSERT INTO message(id, class, state, recipient, text, parts, created_at, "
    "not_before, expires_at, updated_at) "
    "VALUES(?1, 1, 0, '+6289610707901', 'hello', 1, ?2, ?2, ?3, ?2)";

static const char kBody[] =
    "{\"id\":\"019ab0a7-6d2c-7bb5-9d0c-2f6f4f3c2f8e\",\"state\":\"queued\","
    "\"class\":\"transactional\",\"to\":\"+6289610707901\",\"parts\":1,"
    "\"created_at\":\"2026-11-23T07:49:54.419Z\","
    "\"expires_at\":\"2026-11-24T07:49:54.419Z\"}\n";

enum { kIdSize = 16, kLongestPauseMicros = 5000, kTries = 10000 };

static int WaitForWriter(void* unused, int tries) {
  (void)unused;
  unsigned random = 0;
  if (getrandom(&random, sizeof(random), 0) < 0) return 0;
  int longest = 1000 * (1 + tries);
  if (longest > kLongestPauseMicros) longest = kLongestPauseMicros;
  usleep((useconds_t)longest / 4 + random % ((unsigned)longest * 3 / 4));
  return tries < kTries;
}

// The time in front, so that ids grow, as smsweb's do.
static int MakeId(int64_t millis, unsigned char* id) {
  if (getrandom(id, kIdSize, 0) != kIdSize) return 0;
  for (int i = 5; i >= 0; --i) {
    id[i] = (unsigned char)(millis & 0xFF);
    millis >>= 8;
  }
  return 1;
}

static int InsertMessage(void) {
  sqlite3* db = NULL;
  sqlite3_stmt* insert = NULL;
  const char* path = getenv("SMSWEB_CONFIG");
  if (!path || sqlite3_open_v2(path, &db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                               NULL) != SQLITE_OK) {
    return 0;
  }
  sqlite3_busy_handler(db, WaitForWriter, NULL);
  int on = 1;
  sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
  sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
  if (sqlite3_prepare_v2(db, kInsert, -1, &insert, NULL) != SQLITE_OK) return 0;

  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const int64_t millis = now.tv_sec * 1000LL + now.tv_nsec / 1000000;
  unsigned char id[kIdSize];
  if (!MakeId(millis, id)) return 0;
  sqlite3_bind_blob(insert, 1, id, sizeof(id), SQLITE_STATIC);
  sqlite3_bind_int64(insert, 2, millis);
  sqlite3_bind_int64(insert, 3, millis + 24 * 3600 * 1000LL);
  const int done = sqlite3_step(insert) == SQLITE_DONE;
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return done;
}

int main(void) {
  if (!InsertMessage()) {
    printf("Status: 503 Service Unavailable\r\n\r\n");
    return 0;
  }
  printf("Status: 202 Accepted\r\nContent-Type: application/json\r\n"
         "Location: /v1/messages/019ab0a7-6d2c-7bb5-9d0c-2f6f4f3c2f8e\r\n"
         "Content-Length: %zu\r\n\r\n%s",
         strlen(kBody), kBody);
  return 0;
}
