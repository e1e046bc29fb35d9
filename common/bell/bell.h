// The doorbell between smsweb-cgi and smswebd: one datagram on a unix socket
// after each commit, and a lock so that a queue has one spooler at a time.
//
// How a message committed at any instant of a spooler's ending is still sent:
//
//   endpoint                        ending spooler
//   1. commits the message          a. closes the bell
//   2. rings                        b. looks at the queue once more
//      nobody: starts a spooler     c. gives up the lock
//
// If 2 comes before a, the commit came before b, and b finds the message. If 2
// comes after a, the endpoint starts another spooler, which waits for the lock
// until c, opens its own bell and then looks at the queue.
#pragma once

#include <optional>
#include <string>

#include "common/base/clock.h"
#include "common/base/error.h"
#include "common/base/unique_fd.h"

namespace smsweb {

class Bell {
 public:
  // Binds the socket, in place of what a dead spooler left there. The caller
  // holds the SpoolerLock.
  static Result<Bell> Open(const std::string& path);
  // A socket that systemd has bound.
  static Bell Inherited(UniqueFd fd) { return Bell(std::move(fd), ""); }

  Bell(Bell&&) noexcept = default;
  Bell& operator=(Bell&&) noexcept = default;
  ~Bell() { Close(); }

  int fd() const { return fd_.get(); }  // readable: it was rung
  void Drain();
  // Nobody can ring it after this. An inherited socket stays: who bound it
  // hears what comes, and starts a spooler again.
  void Close();

 private:
  Bell(UniqueFd fd, std::string path)
      : fd_(std::move(fd)), path_(std::move(path)) {}
  UniqueFd fd_;
  std::string path_;
};

class Ringer {
 public:
  explicit Ringer(std::string bell_path);
  // False: nobody listens. A bell that is already ringing has been rung.
  bool Ring();

 private:
  std::string path_;
  UniqueFd socket_;
};

// Held by the one spooler of a queue, for as long as it lives.
class SpoolerLock {
 public:
  // None: another process holds it.
  static Result<std::optional<SpoolerLock>> Try(const std::string& queue_path);
  // Whether one does. Makes no file, as trying does.
  static Result<bool> IsHeld(const std::string& queue_path);

 private:
  explicit SpoolerLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// Starts a spooler in the background, with no tie to this process. At most one
// is on its way at a time: the descriptor of the start lock is inherited by the
// new process, which lets go of it (SMSWEB_START_LOCK_FD) once its bell is open
// and before it first looks at the queue. An error says why the command can't
// be run; what becomes of it once it runs is in its own log.
struct SpawnSettings {
  std::string queue_path;
  std::string command;      // a path, or a name to be found in PATH
  std::string config_file;  // given as --config
};
Result<void> SpawnSpooler(const SpawnSettings& settings);

// In the new process: the lock that the parent passed on, or none.
UniqueFd InheritedStartLock();

}  // namespace smsweb
