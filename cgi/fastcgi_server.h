// FastCGI over libfcgi, for any number of connections with a few threads.
//
// libfcgi reads a request and writes an answer, and would give each kept
// connection a thread of its own. Here it does not: connections wait in epoll,
// a thread takes one up when a request has come whole, and is free again as
// soon as it is read. Neither a request that comes in pieces nor an answer that
// waits for the disk costs a thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cgi/fastcgi_bodies.h"
#include "cgi/http.h"
#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb {

// Opaque here: a connection with a request under way is handed to the handler,
// and comes back with the answer.
class FastCgiConnection;

class FastCgiServer {
 public:
  struct Options {
    int workers;
    int max_connections;
    FastCgiBodies bodies;
  };

  struct Answer {
    FastCgiConnection* connection;
    Response response;
  };

  // Either an answer, or none: it will come through SendLater(). Each worker
  // has a handler of its own, made by the factory.
  using Handler = std::function<std::optional<Response>(const Request& request,
                                                        FastCgiConnection*)>;
  using HandlerFactory = std::function<Handler()>;

  FastCgiServer(Options options, std::vector<UniqueFd> listeners);
  ~FastCgiServer();

  // SIGTERM must be blocked in the caller: libfcgi would catch it.
  Result<void> Start(const HandlerFactory& make_handler);

  // From any thread. The workers write them.
  void SendLater(std::vector<Answer> answers);

  // Takes no new request, lets those under way finish, and ends the workers.
  // False if some were not finished after `limit`.
  bool Stop(Millis limit);

 private:
  void Work(const Handler& handler);
  void AcceptSome(int listener);
  void Serve(int fd, const Handler& handler);
  void AwaitRest(std::unique_ptr<FastCgiConnection> connection,
                 bool was_partial);
  void ForgetPartial(int fd);
  void CloseLate();
  void Send(FastCgiConnection* connection, const Response& response);
  void SendAnswers();
  void RequestEnded();
  void Close(std::unique_ptr<FastCgiConnection> connection);
  void ResumeListening();

  const Options options_;
  std::vector<UniqueFd> listeners_;
  UniqueFd epoll_;
  UniqueFd answers_ready_;
  UniqueFd stop_;
  // Those that wait for a request, by descriptor. A slot is touched only by
  // the thread to which epoll gave the descriptor.
  std::vector<std::unique_ptr<FastCgiConnection>> idle_;
  std::atomic<int> connections_{0};
  std::atomic<int> under_way_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> full_{false};
  std::mutex finished_mutex_;
  std::condition_variable finished_;
  // Until when those that have sent a part of a request must send the rest.
  std::mutex partial_mutex_;
  std::map<int, MonoTime> partial_;
  std::atomic<bool> any_partial_{false};
  std::mutex answers_mutex_;
  std::vector<Answer> answers_;
  std::vector<std::thread> workers_;
};

// Where a FastCGI program listens: the descriptor that spawn-fcgi or mod_fcgid
// left at 0, those that systemd passed, or none.
std::vector<UniqueFd> InheritedListeners();

// "unix:PATH" or "HOST:PORT". A socket file that nobody listens at is replaced.
Result<UniqueFd> Listen(const std::string& address, int backlog,
                        int socket_mode);

}  // namespace smsweb
