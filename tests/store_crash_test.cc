// The files that a machine leaves which died: a queue opens by itself, with all
// that was committed.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "raw_sqlite.h"
#include "store_contract.h"

namespace smsweb {
namespace {

namespace fs = std::filesystem;

constexpr int kInLog = 3;

// A queue as it is found after a crash: with a log that nobody has brought into
// the file, and its index.
struct Crashed {
  Crashed() {
    auto opened = OpenSqliteStores(before / "queue.db");
    REQUIRE(opened.has_value());
    Insert(*opened->queue, MakeMessage(0));
    REQUIRE(opened->queue->GiveBackSpace(true)->log_bytes == 0);
    for (int n = 1; n <= kInLog; ++n) Insert(*opened->queue, MakeMessage(n));
    for (const std::string name : {"", "-wal", "-shm"}) {
      fs::copy_file(before / "queue.db" + name, path + name);
    }
  }
  // How many of the messages are there, from the first on.
  int Found() const {
    auto opened = OpenSqliteStores(path);
    REQUIRE(opened.has_value());
    int n = 0;
    while (n <= kInLog && opened->queue->Find(MakeMessage(n).id)) ++n;
    // And it takes more.
    Insert(*opened->queue, MakeMessage(100));
    CHECK(RawSqlite(path).Column("PRAGMA integrity_check") == "ok\n");
    return n;
  }
  void Overwrite(const std::string& name, std::streamoff at,
                 const std::string& bytes) const {
    std::fstream file(path + name,
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file << bytes;
    REQUIRE(file.good());
  }

  TempFolder before, folder;
  const std::string path = folder / "queue.db";
};

TEST_CASE("What is in the log alone is there after a crash") {
  CHECK(Crashed().Found() == kInLog + 1);
}

TEST_CASE("The log's index may be missing, old, or nonsense") {
  Crashed missing;
  fs::remove(missing.path + "-shm");
  CHECK(missing.Found() == kInLog + 1);

  Crashed empty;
  fs::resize_file(empty.path + "-shm", 0);
  CHECK(empty.Found() == kInLog + 1);

  Crashed nonsense;
  nonsense.Overwrite("-shm", 0, std::string(32768, 'x'));
  CHECK(nonsense.Found() == kInLog + 1);

  // That of another log.
  Crashed old, other;
  {
    auto opened = OpenSqliteStores(other.path);
    for (int n = 10; n < 40; ++n) Insert(*opened->queue, MakeMessage(n));
  }
  fs::copy_file(other.path + "-shm", old.path + "-shm",
                fs::copy_options::overwrite_existing);
  CHECK(old.Found() == kInLog + 1);
}

TEST_CASE(
    "A torn end of the log is left out, and what was before it is there") {
  const auto size = fs::file_size(Crashed().path + "-wal");
  for (const int torn : {1, 100, 4119, 4121}) {
    INFO(torn);
    Crashed crashed;
    fs::resize_file(crashed.path + "-wal", size - torn);
    CHECK(crashed.Found() == kInLog);
  }
  Crashed zeroed;  // as file systems leave a block that was not written
  zeroed.Overwrite("-wal", static_cast<std::streamoff>(size - 5000),
                   std::string(5000, '\0'));
  CHECK(zeroed.Found() == kInLog);
}

TEST_CASE("A log may be empty, or cut in its head, or not there") {
  Crashed empty;
  fs::resize_file(empty.path + "-wal", 0);
  CHECK(empty.Found() == 1);

  Crashed cut;
  fs::resize_file(cut.path + "-wal", 17);
  CHECK(cut.Found() == 1);

  Crashed missing;
  fs::remove(missing.path + "-wal");
  CHECK(missing.Found() == 1);
}

TEST_CASE("A queue of which there is but its name is made") {
  TempFolder folder;
  const std::string path = folder / "queue.db";
  std::ofstream(path).close();
  auto opened = OpenSqliteStores(path);
  REQUIRE(opened.has_value());
  Insert(*opened->queue, MakeMessage(1));
}

// In a process of its own, since root may do all.
TEST_CASE("Whose file is in the way is said") {
  if (::geteuid() != 0) return;
  Crashed crashed;
  constexpr uid_t kOther = 54321;
  fs::permissions(fs::path(crashed.path).parent_path(), fs::perms::all);
  REQUIRE(::chown(crashed.path.c_str(), kOther, kOther) == 0);
  REQUIRE(::chown((crashed.path + "-shm").c_str(), kOther, kOther) == 0);
  REQUIRE(::chmod((crashed.path + "-wal").c_str(), 0600) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setgid(kOther) != 0 || ::setuid(kOther) != 0) ::_exit(2);
    const auto opened = OpenSqliteStores(crashed.path);
    const bool said =
        !opened && opened.error().message.find(
                       "queue.db-wal belongs to root, and this "
                       "program runs as user 54321") != std::string::npos;
    ::_exit(said ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace smsweb
