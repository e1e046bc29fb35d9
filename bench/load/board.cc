#include "bench/load/board.h"

#include <sys/mman.h>

#include <cerrno>
#include <type_traits>
#include <utility>

namespace smsweb::bench {
namespace {

// Pages that nobody writes to cost nothing: what is in the memory is zero as it
// comes, and is left so.
static_assert(std::is_trivially_destructible_v<WorkerReport>);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(alignof(LoadState) == alignof(WorkerReport));

}  // namespace

void HighWater::Up() {
  const auto count = now.fetch_add(1, std::memory_order_relaxed) + 1;
  auto seen = peak.load(std::memory_order_relaxed);
  while (count > seen &&
         !peak.compare_exchange_weak(seen, count, std::memory_order_relaxed)) {
  }
}

Result<Board> Board::Make(int workers, std::uint64_t records) {
  const auto reports = static_cast<std::size_t>(workers);
  const std::uint64_t bytes = sizeof(LoadState) +
                              reports * sizeof(WorkerReport) +
                              records * sizeof(RequestRecord);
  if (!std::in_range<std::size_t>(bytes)) {
    return FailErrno("load: shared memory", ENOMEM);
  }
  const auto size = static_cast<std::size_t>(bytes);
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return FailErrno("load: shared memory", errno);
  Board board(memory, size);
  board.state_ = static_cast<LoadState*>(memory);
  auto* const first_report = reinterpret_cast<WorkerReport*>(board.state_ + 1);
  auto* const first_record =
      reinterpret_cast<RequestRecord*>(first_report + reports);
  board.reports_ = {first_report, reports};
  board.records_ = {first_record, static_cast<std::size_t>(records)};
  return board;
}

Board::Board(Board&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)),
      size_(other.size_),
      state_(other.state_),
      reports_(other.reports_),
      records_(other.records_) {}

Board::~Board() {
  if (memory_ != nullptr) ::munmap(memory_, size_);
}

}  // namespace smsweb::bench
