// The doorbell, the spooler's lock, and the one spooler that is started.
#include "common/bell/bell.h"

#include <poll.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "catch.h"
#include "temp_folder.h"

namespace smsweb {
namespace {

bool IsReadable(int fd, int milliseconds = 0) {
  pollfd poll_fd{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&poll_fd, 1, milliseconds) == 1;
}

TEST_CASE("A ring is heard, once it is drained no more") {
  TempFolder folder;
  auto bell = Bell::Open(folder / "bell");
  REQUIRE(bell.has_value());
  CHECK_FALSE(IsReadable(bell->fd()));
  Ringer ringer(folder / "bell");
  CHECK(ringer.Ring());
  CHECK(IsReadable(bell->fd()));
  bell->Drain();
  CHECK_FALSE(IsReadable(bell->fd()));
}

TEST_CASE("A bell that rings already counts as rung") {
  TempFolder folder;
  auto bell = Bell::Open(folder / "bell");
  Ringer ringer(folder / "bell");
  for (int i = 0; i < 10'000; ++i) REQUIRE(ringer.Ring());
}

TEST_CASE("Where nobody listens, the ringer is told") {
  TempFolder folder;
  Ringer ringer(folder / "bell");
  CHECK_FALSE(ringer.Ring());
  {
    auto bell = Bell::Open(folder / "bell");
    CHECK(ringer.Ring());
  }
  CHECK_FALSE(ringer.Ring());
  CHECK_FALSE(std::filesystem::exists(folder / "bell"));
}

TEST_CASE("A file that is no socket is not replaced") {
  TempFolder folder;
  std::ofstream(folder / "bell") << "precious\n";
  CHECK_FALSE(Bell::Open(folder / "bell").has_value());
  CHECK(std::filesystem::file_size(folder / "bell") == 9);
}

TEST_CASE("The socket of a spooler that died is replaced") {
  TempFolder folder;
  auto dead = Bell::Open(folder / "bell");
  std::filesystem::rename(folder / "bell", folder / "kept");
  dead->Close();
  std::filesystem::rename(folder / "kept", folder / "bell");
  Ringer ringer(folder / "bell");
  CHECK_FALSE(ringer.Ring());
  auto bell = Bell::Open(folder / "bell");
  REQUIRE(bell.has_value());
  CHECK(ringer.Ring());
}

TEST_CASE("A queue has one lock, by whatever name it is called") {
  const TempFolder folder;
  const std::string queue = folder / "queue.db";
  const std::string link = folder / "link.db";
  std::filesystem::create_symlink("queue.db", link);
  const auto lock = SpoolerLock::Try(link);  // before the file is made
  REQUIRE(lock->has_value());
  CHECK_FALSE(SpoolerLock::Try(queue)->has_value());
  std::ofstream(queue).flush();
  CHECK_FALSE(SpoolerLock::Try(link)->has_value());
  CHECK_FALSE(SpoolerLock::Try(queue)->has_value());
}

TEST_CASE("One spooler at a time has the lock") {
  TempFolder folder;
  auto first = SpoolerLock::Try(folder / "queue.db");
  REQUIRE(first.has_value());
  REQUIRE(first->has_value());
  auto second = SpoolerLock::Try(folder / "queue.db");
  REQUIRE(second.has_value());
  CHECK_FALSE(second->has_value());
  first->reset();
  CHECK(SpoolerLock::Try(folder / "queue.db")->has_value());
}

// A stand-in for smswebd: says how it was started, and that it has ended by
// closing the pipe it was given a name for.
std::string WriteProgram(const TempFolder& folder) {
  const std::string path = folder / "program";
  std::ofstream(path) << "#!/bin/sh\n"
                         "{ echo \"$@\"; echo \"lock=$SMSWEB_START_LOCK_FD\"; "
                         "env | grep -c QUERY_STRING; ls /proc/$$/fd; } > '"
                      << (folder / "out.part") << "'\nmv '"
                      << (folder / "out.part") << "' '" << (folder / "out")
                      << "'\nread line < '" << (folder / "go") << "'\n";
  ::chmod(path.c_str(), 0700);
  ::mkfifo((folder / "go").c_str(), 0600);
  return path;
}

bool WaitFor(const std::string& path) {
  for (int i = 0; i < 2000; ++i) {
    if (std::filesystem::exists(path)) return true;
    ::poll(nullptr, 0, 5);
  }
  return false;
}

TEST_CASE("A spooler is started once, with its configuration and no more") {
  TempFolder folder;
  const SpawnSettings settings{.queue_path = folder / "queue.db",
                               .command = WriteProgram(folder),
                               .config_file = "/my/smsweb.toml"};
  ::setenv("QUERY_STRING", "rcpt=secret", 1);
  REQUIRE(SpawnSpooler(settings).has_value());
  ::unsetenv("QUERY_STRING");
  REQUIRE(WaitFor(folder / "out"));
  std::ifstream out(folder / "out");
  std::string arguments, lock, leaked;
  std::getline(out, arguments);
  std::getline(out, lock);
  std::getline(out, leaked);
  CHECK(arguments == "--config /my/smsweb.toml");
  CHECK(lock.starts_with("lock="));
  CHECK(lock.size() > 5);
  CHECK(leaked == "0");

  // It holds the start lock: another is not started.
  std::filesystem::remove(folder / "out");
  REQUIRE(SpawnSpooler(settings).has_value());
  std::ofstream(folder / "go") << "end\n";
  // Once it has ended, one is.
  for (int i = 0; i < 2000 && !std::filesystem::exists(folder / "out"); ++i) {
    REQUIRE(SpawnSpooler(settings).has_value());
    ::poll(nullptr, 0, 5);
  }
  CHECK(std::filesystem::exists(folder / "out"));
  std::ofstream(folder / "go") << "end\n";
}

TEST_CASE("A spooler that can't be started is an error that says why") {
  TempFolder folder;
  const auto started = SpawnSpooler({.queue_path = folder / "queue.db",
                                     .command = folder / "nothing-here",
                                     .config_file = "/x"});
  REQUIRE_FALSE(started.has_value());
  CHECK(started.error().message.find("nothing-here") != std::string::npos);
  CHECK(started.error().message.find("No such file") != std::string::npos);
}

}  // namespace
}  // namespace smsweb
