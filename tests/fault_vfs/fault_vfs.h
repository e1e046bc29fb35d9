// A disk that can lose power, fail, and lie: a SQLite VFS over the real one,
// which is the default as long as a FaultDisk lives. Whatever opens a database
// meanwhile is on it, and need not know (LevelDB's fault_injection_test has the
// idea).
//
//   FaultDisk disk;
//   disk.CutAtSync(7, FaultDisk::Moment::kBefore);
//   ... until disk.dead(): then all calls fail, as if the machine were off
//   ... close everything that was open
//   disk.Restore();          // the files are as the power cut has left them
//
// It knows of each file what was synced, and, in order, what has been written,
// truncated, created and deleted since. A cut takes that away: all of it, or,
// as disks reorder, whatever a seed says, torn writes among it. A new name is
// synced with its file, as Linux's file systems do it; that a name is gone,
// with the folder, which SQLite syncs with a new journal or log. Files in
// shared memory (-shm) never survive. Bytes outside of a torn write are safe,
// as SQLite asks of a disk (SQLITE_IOCAP_POWERSAFE_OVERWRITE).
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>

namespace smsweb::faults {

class FaultDisk {
 public:
  FaultDisk();
  ~FaultDisk();
  FaultDisk(const FaultDisk&) = delete;

  // Power.
  enum class Moment : std::uint8_t {
    kBefore,  // the sync has no effect
    kBehind,  // it has, and says so; the next call fails
  };
  // At the `n`th sync from now, counted from 1.
  void CutAtSync(std::uint64_t n, Moment moment);
  void CutNow();
  bool dead() const;
  // Power comes back; no file may be open. Without a seed, nothing survives but
  // what was synced.
  void Restore(std::optional<std::uint32_t> seed = {});

  // Failures.
  enum class Call : std::uint8_t { kWrite, kSync };
  enum class Lasting : std::uint8_t { kOnce, kUntilMended };
  // From the `n`th such call on, `code` is what SQLite hears: SQLITE_FULL,
  // SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC... Truncating, creating, deleting
  // and growing shared memory are writes, too. A write that fails has been done
  // by half.
  void FailAt(Call call, std::uint64_t n, int code, Lasting lasting);
  void Mend();
  // As Linux does it: what a sync could not bring to the disk is forgotten
  // there (reads still see it), whoever has the file open hears of that at his
  // next sync, and the one after it says that all is well.
  void ForgetWhatCannotBeSynced();
  // So many of a hundred locks are refused as busy, by chance; 0: none.
  void Storm(int percent, std::uint32_t seed = 1);
  // From the `n`th sync on, each says that it was done, and does nothing.
  void LieFromSync(std::uint64_t n);

  // So far.
  std::uint64_t syncs() const;
  std::uint64_t writes() const;
  std::uint64_t failures() const;  // that FailAt() or Storm() have made
  std::uint64_t busy() const;      // locks that could not be had

 private:
  struct File {
    std::string durable;
    int shared_regions = 0;
    int forgotten = 0;  // how often
  };
  // What has happened to a file since it was synced.
  struct Change {
    File* file;
    std::int64_t offset;
    std::string bytes;
    bool truncates = false;  // to `offset`
  };
  // A name that was given to a file since the folder was synced; null: taken.
  struct Naming {
    std::string name;
    File* file;
  };
  struct Handle;
  struct Fault {
    Call call;
    std::uint64_t in;
    int code;
    Lasting lasting;
  };
  struct Cut {
    std::uint64_t in;
    Moment moment;
  };
  friend struct FaultVfsCalls;

  int Open(const char* name, Handle& handle, int flags, int* out_flags);
  int Delete(const char* name, bool sync_folder);
  int Write(Handle& handle, const void* bytes, int count, std::int64_t offset);
  int Truncate(Handle& handle, std::int64_t size);
  int Sync(Handle& handle, int flags);
  int ShmMap(Handle& handle, int region, int size, int extend,
             void volatile** memory);
  int Locked(int code);  // counts it
  bool Refuses();        // a lock, in a storm

  File* FileNamed(const std::string& name);
  int FaultOf(Call call);
  void MakeDurable(const File& file);
  void SyncName(const std::string& name);
  void SyncFolder();
  std::map<std::string, std::string> Survivors(
      std::optional<std::uint32_t> seed);

  mutable std::mutex mutex_;
  sqlite3_vfs* const real_;
  sqlite3_vfs vfs_;
  sqlite3_io_methods methods_;
  std::deque<File> files_;
  std::map<std::string, File*> names_;
  std::map<std::string, File*> durable_names_;
  std::deque<Change> changes_;
  std::deque<Naming> namings_;
  int open_ = 0;
  bool dead_ = false;
  std::optional<Cut> cut_;
  std::optional<Fault> fault_;
  bool forgets_ = false;
  std::optional<std::uint64_t> lies_from_;
  int storm_ = 0;
  std::mt19937 random_;
  std::uint64_t syncs_ = 0;
  std::uint64_t writes_ = 0;
  std::uint64_t failures_ = 0;
  std::uint64_t busy_ = 0;
};

}  // namespace smsweb::faults
