#include "fault_vfs/fault_vfs.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace smsweb::faults {

// SQLite allocates it, with room for the real one's behind.
struct FaultDisk::Handle {
  sqlite3_file base;
  FaultDisk* disk;
  File* file;           // null: a temporary one, which nobody misses
  bool names_new_file;  // its first sync is the folder's, too
  int heard;            // of what was forgotten

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods& does() { return *real()->pMethods; }
};

// What SQLite calls.
struct FaultVfsCalls {
  using Handle = FaultDisk::Handle;

  static FaultDisk& Disk(sqlite3_vfs* vfs) {
    return *static_cast<FaultDisk*>(vfs->pAppData);
  }
  static Handle& At(sqlite3_file* file) {
    return *reinterpret_cast<Handle*>(file);
  }

  static int Open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file,
                  int flags, int* out_flags) {
    return Disk(vfs).Open(name, At(file), flags, out_flags);
  }
  static int Delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    return Disk(vfs).Delete(name, sync_folder != 0);
  }
  static int Access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
    FaultDisk& disk = Disk(vfs);
    if (disk.dead()) return SQLITE_IOERR_ACCESS;
    return disk.real_->xAccess(disk.real_, name, flags, out);
  }

  static int Close(sqlite3_file* file) {
    Handle& handle = At(file);
    const int code = handle.does().xClose(handle.real());
    const std::lock_guard lock(handle.disk->mutex_);
    --handle.disk->open_;
    return code;
  }
  static int Read(sqlite3_file* file, void* bytes, int count,
                  sqlite3_int64 offset) {
    Handle& handle = At(file);
    if (handle.disk->dead()) return SQLITE_IOERR_READ;
    return handle.does().xRead(handle.real(), bytes, count, offset);
  }
  static int Write(sqlite3_file* file, const void* bytes, int count,
                   sqlite3_int64 offset) {
    return At(file).disk->Write(At(file), bytes, count, offset);
  }
  static int Truncate(sqlite3_file* file, sqlite3_int64 size) {
    return At(file).disk->Truncate(At(file), size);
  }
  static int Sync(sqlite3_file* file, int flags) {
    return At(file).disk->Sync(At(file), flags);
  }
  static int FileSize(sqlite3_file* file, sqlite3_int64* size) {
    Handle& handle = At(file);
    if (handle.disk->dead()) return SQLITE_IOERR_FSTAT;
    return handle.does().xFileSize(handle.real(), size);
  }

  static int Lock(sqlite3_file* file, int level) {
    Handle& handle = At(file);
    if (handle.disk->dead()) return SQLITE_IOERR_LOCK;
    if (handle.disk->Refuses()) return SQLITE_BUSY;
    return handle.disk->Locked(handle.does().xLock(handle.real(), level));
  }
  static int Unlock(sqlite3_file* file, int level) {
    return At(file).does().xUnlock(At(file).real(), level);
  }
  static int CheckReservedLock(sqlite3_file* file, int* out) {
    return At(file).does().xCheckReservedLock(At(file).real(), out);
  }
  static int FileControl(sqlite3_file* file, int op, void* argument) {
    return At(file).does().xFileControl(At(file).real(), op, argument);
  }
  static int SectorSize(sqlite3_file* file) {
    return At(file).does().xSectorSize(At(file).real());
  }
  static int DeviceCharacteristics(sqlite3_file* file) {
    return At(file).does().xDeviceCharacteristics(At(file).real());
  }

  static int ShmMap(sqlite3_file* file, int region, int size, int extend,
                    void volatile** memory) {
    return At(file).disk->ShmMap(At(file), region, size, extend, memory);
  }
  static int ShmLock(sqlite3_file* file, int offset, int count, int flags) {
    Handle& handle = At(file);
    const bool locks = (flags & SQLITE_SHM_LOCK) != 0;
    if (locks && handle.disk->dead()) return SQLITE_IOERR_SHMLOCK;
    if (locks && handle.disk->Refuses()) return SQLITE_BUSY;
    return handle.disk->Locked(
        handle.does().xShmLock(handle.real(), offset, count, flags));
  }
  static void ShmBarrier(sqlite3_file* file) {
    At(file).does().xShmBarrier(At(file).real());
  }
  static int ShmUnmap(sqlite3_file* file, int deletes) {
    return At(file).does().xShmUnmap(At(file).real(), deletes);
  }
};

namespace {

std::string ReadWhole(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Apply(std::string& content, std::int64_t offset, const std::string& bytes,
           bool truncates) {
  const auto at = static_cast<std::size_t>(offset);
  if (truncates) return content.resize(at);
  if (content.size() < at + bytes.size()) content.resize(at + bytes.size());
  content.replace(at, bytes.size(), bytes);
}

}  // namespace

FaultDisk::FaultDisk() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  using Calls = FaultVfsCalls;
  methods_ = {.iVersion = 2,  // no memory-mapped reads
              .xClose = Calls::Close,
              .xRead = Calls::Read,
              .xWrite = Calls::Write,
              .xTruncate = Calls::Truncate,
              .xSync = Calls::Sync,
              .xFileSize = Calls::FileSize,
              .xLock = Calls::Lock,
              .xUnlock = Calls::Unlock,
              .xCheckReservedLock = Calls::CheckReservedLock,
              .xFileControl = Calls::FileControl,
              .xSectorSize = Calls::SectorSize,
              .xDeviceCharacteristics = Calls::DeviceCharacteristics,
              .xShmMap = Calls::ShmMap,
              .xShmLock = Calls::ShmLock,
              .xShmBarrier = Calls::ShmBarrier,
              .xShmUnmap = Calls::ShmUnmap,
              .xFetch = nullptr,
              .xUnfetch = nullptr};
  vfs_.zName = "faults";
  vfs_.pNext = nullptr;
  vfs_.pAppData = this;
  vfs_.szOsFile = static_cast<int>(sizeof(Handle)) + real_->szOsFile;
  vfs_.xOpen = Calls::Open;
  vfs_.xDelete = Calls::Delete;
  vfs_.xAccess = Calls::Access;
  sqlite3_vfs_register(&vfs_, 1);
}

FaultDisk::~FaultDisk() { sqlite3_vfs_unregister(&vfs_); }

// ---- Files

FaultDisk::File* FaultDisk::FileNamed(const std::string& name) {
  if (const auto found = names_.find(name); found != names_.end()) {
    return found->second;
  }
  if (!std::filesystem::exists(name)) return nullptr;
  File& file = files_.emplace_back();
  file.durable = ReadWhole(name);
  durable_names_[name] = &file;
  return names_[name] = &file;
}

int FaultDisk::Open(const char* name, Handle& handle, int flags,
                    int* out_flags) {
  constexpr int kKept =
      SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
  const std::lock_guard lock(mutex_);
  handle.base.pMethods = nullptr;
  handle.disk = this;
  handle.file = nullptr;
  handle.names_new_file = false;
  if (dead_) return SQLITE_CANTOPEN;
  const bool kept = name && (flags & kKept) != 0;
  File* file = kept ? FileNamed(name) : nullptr;
  const bool makes = kept && !file && (flags & SQLITE_OPEN_CREATE) != 0;
  if (makes && FaultOf(Call::kWrite) != SQLITE_OK) return SQLITE_CANTOPEN;
  const int code = real_->xOpen(real_, name, handle.real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  if (makes) {
    file = &files_.emplace_back();
    names_[name] = file;
    namings_.push_back({name, file});
  }
  handle.file = file;
  handle.heard = file ? file->forgotten : 0;
  handle.names_new_file = makes && (flags & SQLITE_OPEN_MAIN_DB) == 0;
  handle.base.pMethods = &methods_;
  ++open_;
  return SQLITE_OK;
}

int FaultDisk::Delete(const char* name, bool sync_folder) {
  const std::lock_guard lock(mutex_);
  if (dead_) return SQLITE_IOERR_DELETE;
  const bool is_there = FileNamed(name) != nullptr;
  const int fault = is_there ? FaultOf(Call::kWrite) : SQLITE_OK;
  if (fault != SQLITE_OK && fault != SQLITE_FULL) return SQLITE_IOERR_DELETE;
  const int code = real_->xDelete(real_, name, 0);
  if (code != SQLITE_OK) return code;
  names_.erase(name);
  namings_.push_back({name, nullptr});
  if (sync_folder) SyncFolder();
  return SQLITE_OK;
}

int FaultDisk::Write(Handle& handle, const void* bytes, int count,
                     std::int64_t offset) {
  const std::lock_guard lock(mutex_);
  if (dead_) return SQLITE_IOERR_WRITE;
  if (!handle.file) {
    return handle.does().xWrite(handle.real(), bytes, count, offset);
  }
  const int fault = FaultOf(Call::kWrite);
  const int done = fault == SQLITE_OK ? count : count / 2;
  const int code = handle.does().xWrite(handle.real(), bytes, done, offset);
  if (code != SQLITE_OK) return code;
  const auto* const begin = static_cast<const char*>(bytes);
  changes_.push_back({handle.file, offset, std::string(begin, begin + done)});
  return fault;
}

// A full disk has room for a shorter file.
int FaultDisk::Truncate(Handle& handle, std::int64_t size) {
  const std::lock_guard lock(mutex_);
  if (dead_) return SQLITE_IOERR_TRUNCATE;
  if (handle.file) {
    const int fault = FaultOf(Call::kWrite);
    if (fault != SQLITE_OK && fault != SQLITE_FULL) {
      return SQLITE_IOERR_TRUNCATE;
    }
  }
  const int code = handle.does().xTruncate(handle.real(), size);
  if (code == SQLITE_OK && handle.file) {
    changes_.push_back({handle.file, size, "", true});
  }
  return code;
}

// It never reaches the real disk: nobody cuts that one's power.
int FaultDisk::Sync(Handle& handle, int /*flags*/) {
  const std::lock_guard lock(mutex_);
  if (dead_) return SQLITE_IOERR_FSYNC;
  if (!handle.file) return SQLITE_OK;
  ++syncs_;
  const bool cut = cut_ && --cut_->in == 0;
  if (cut) dead_ = true;
  if (cut && cut_->moment == Moment::kBefore) return SQLITE_IOERR_FSYNC;
  if (const int fault = FaultOf(Call::kSync); fault != SQLITE_OK) {
    if (forgets_) {
      std::erase_if(changes_, [&](const Change& change) {
        return change.file == handle.file;
      });
      handle.heard = ++handle.file->forgotten;
    }
    return fault;
  }
  if (lies_from_ && syncs_ >= *lies_from_) return SQLITE_OK;
  MakeDurable(*handle.file);
  if (std::exchange(handle.names_new_file, false)) SyncFolder();
  const int heard = std::exchange(handle.heard, handle.file->forgotten);
  return heard == handle.heard ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

int FaultDisk::ShmMap(Handle& handle, int region, int size, int extend,
                      void volatile** memory) {
  const std::lock_guard lock(mutex_);
  if (dead_) return SQLITE_IOERR_SHMMAP;
  const bool grows = extend && handle.file->shared_regions <= region;
  if (grows && FaultOf(Call::kWrite) != SQLITE_OK) {
    return SQLITE_IOERR_SHMSIZE;
  }
  const int code =
      handle.does().xShmMap(handle.real(), region, size, extend, memory);
  if (code == SQLITE_OK && grows) handle.file->shared_regions = region + 1;
  return code;
}

// ---- What is durable

void FaultDisk::MakeDurable(const File& file) {
  for (const auto& [name, named] : names_) {
    if (named == &file) SyncName(name);
  }
  for (Change& change : changes_) {
    if (change.file != &file) continue;
    Apply(change.file->durable, change.offset, change.bytes, change.truncates);
  }
  std::erase_if(changes_,
                [&](const Change& change) { return change.file == &file; });
}

void FaultDisk::SyncName(const std::string& name) {
  for (const Naming& naming : namings_) {
    if (naming.name != name) continue;
    durable_names_.erase(name);
    if (naming.file) durable_names_[name] = naming.file;
  }
  std::erase_if(namings_,
                [&](const Naming& naming) { return naming.name == name; });
}

void FaultDisk::SyncFolder() {
  for (const Naming& naming : std::exchange(namings_, {})) {
    durable_names_.erase(naming.name);
    if (naming.file) durable_names_[naming.name] = naming.file;
  }
}

// Of what was not synced, a seed keeps few, half, or most; or all up to some
// point. One in eight of the writes that it keeps is torn.
std::map<std::string, std::string> FaultDisk::Survivors(
    std::optional<std::uint32_t> seed) {
  if (seed) {
    std::mt19937 random(*seed);
    const auto chance = [&](std::uint32_t of) { return random() % of == 0; };
    const std::uint32_t kept_of_ten = 1 + 4 * (random() % 3);  // 1, 5, 9
    const bool in_order = chance(3);
    std::size_t left = in_order ? random() % (changes_.size() + 1) : 0;
    for (const Change& change : changes_) {
      const bool kept = in_order ? left-- > 0 : random() % 10 < kept_of_ten;
      if (in_order && !kept) break;
      if (!kept) continue;
      std::string bytes = change.bytes;
      if (!bytes.empty() && chance(8)) bytes.resize(random() % bytes.size());
      Apply(change.file->durable, change.offset, bytes, change.truncates);
    }
    std::erase_if(namings_, [&](const Naming&) { return chance(2); });
    SyncFolder();
  }
  std::map<std::string, std::string> survivors;
  for (const auto& [name, file] : durable_names_) {
    survivors[name] = file->durable;
  }
  return survivors;
}

// ---- Power

void FaultDisk::CutAtSync(std::uint64_t n, Moment moment) {
  const std::lock_guard lock(mutex_);
  cut_ = {.in = n, .moment = moment};
}

void FaultDisk::CutNow() {
  const std::lock_guard lock(mutex_);
  dead_ = true;
}

bool FaultDisk::dead() const {
  const std::lock_guard lock(mutex_);
  return dead_;
}

void FaultDisk::Restore(std::optional<std::uint32_t> seed) {
  const std::lock_guard lock(mutex_);
  if (open_ > 0) throw std::logic_error("a file is still open");
  const auto survivors = Survivors(seed);
  for (const auto& [name, file] : names_) {
    std::filesystem::remove(name);
    std::filesystem::remove(name + "-shm");
  }
  names_.clear();
  files_.clear();
  changes_.clear();
  namings_.clear();
  for (const auto& [name, content] : survivors) {
    std::ofstream(name, std::ios::binary | std::ios::trunc) << content;
    names_[name] = &files_.emplace_back(File{.durable = content});
  }
  durable_names_ = names_;
  cut_.reset();
  dead_ = false;
}

// ---- Failures

int FaultDisk::FaultOf(Call call) {
  if (call == Call::kWrite) ++writes_;
  if (!fault_ || fault_->call != call) return SQLITE_OK;
  if (fault_->in > 1) {
    --fault_->in;
    return SQLITE_OK;
  }
  ++failures_;
  const int code = fault_->code;
  if (fault_->lasting == Lasting::kOnce) fault_.reset();
  return code;
}

void FaultDisk::FailAt(Call call, std::uint64_t n, int code, Lasting lasting) {
  const std::lock_guard lock(mutex_);
  fault_ = {.call = call, .in = n, .code = code, .lasting = lasting};
}

void FaultDisk::Mend() {
  const std::lock_guard lock(mutex_);
  fault_.reset();
}

void FaultDisk::ForgetWhatCannotBeSynced() {
  const std::lock_guard lock(mutex_);
  forgets_ = true;
}

void FaultDisk::Storm(int percent, std::uint32_t seed) {
  const std::lock_guard lock(mutex_);
  storm_ = percent;
  random_.seed(seed);
}

void FaultDisk::LieFromSync(std::uint64_t n) {
  const std::lock_guard lock(mutex_);
  lies_from_ = n;
}

bool FaultDisk::Refuses() {
  const std::lock_guard lock(mutex_);
  const bool refuses =
      storm_ > 0 && random_() % 100 < static_cast<std::uint32_t>(storm_);
  if (!refuses) return false;
  ++failures_;
  ++busy_;
  return true;
}

int FaultDisk::Locked(int code) {
  if (code != SQLITE_BUSY) return code;
  const std::lock_guard lock(mutex_);
  ++busy_;
  return code;
}

std::uint64_t FaultDisk::syncs() const {
  const std::lock_guard lock(mutex_);
  return syncs_;
}

std::uint64_t FaultDisk::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

std::uint64_t FaultDisk::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

std::uint64_t FaultDisk::busy() const {
  const std::lock_guard lock(mutex_);
  return busy_;
}

}  // namespace smsweb::faults
