// The least that a FastCGI program can do: libfcgi's ordinary loop in many
// threads, each of which answers every request at once with the same bytes.
// bench/bars/run measures smsweb-cgi against it.
//
//   empty_fcgi SOCKET THREADS RESPONSE_FILE
//
// THREADS: libfcgi pins a thread to each kept connection, so as many as the web
// server may keep. RESPONSE_FILE: a CGI response, "Status: 202 Accepted"...
#include <fcgiapp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { kBacklog = 4096, kLongestResponse = 65536 };

static int listener;
static char response[kLongestResponse];
static int response_size;

static void* Work(void* unused) {
  (void)unused;
  FCGX_Request request;
  if (FCGX_InitRequest(&request, listener, 0) != 0) return NULL;
  while (FCGX_Accept_r(&request) >= 0) {
    FCGX_PutStr(response, response_size, request.out);
    FCGX_Finish_r(&request);
  }
  return NULL;
}

static int ReadResponse(const char* path) {
  FILE* file = fopen(path, "rb");
  if (!file) return 0;
  response_size = (int)fread(response, 1, sizeof(response), file);
  fclose(file);
  return response_size > 0;
}

int main(int argc, char** argv) {
  if (argc != 4 || !ReadResponse(argv[3])) {
    fprintf(stderr, "usage: empty_fcgi SOCKET THREADS RESPONSE_FILE\n");
    return 2;
  }
  FCGX_Init();
  signal(SIGTERM, SIG_DFL);  // which libfcgi has caught
  listener = FCGX_OpenSocket(argv[1], kBacklog);
  if (listener < 0) return 1;

  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  for (int i = 1; i < atoi(argv[2]); ++i) {
    pthread_t thread;
    if (pthread_create(&thread, &attributes, Work, NULL) != 0) {
      fprintf(stderr, "empty_fcgi: no more than %d threads\n", i);
      return 1;
    }
  }
  Work(NULL);
  return 0;
}
