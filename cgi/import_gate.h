// How many imports may run at once, and whether they may go on: each holds a
// worker for as long as its file takes. Safe from several threads.
#pragma once

#include <atomic>

namespace smsweb {

class ImportGate {
 public:
  explicit ImportGate(int most) : free_(most) {}

  // Holds a place, or does not, while it lives.
  class Place {
   public:
    explicit Place(ImportGate& gate)
        : gate_(gate), held_(gate.free_.fetch_sub(1) > 0) {}
    ~Place() { ++gate_.free_; }
    Place(const Place&) = delete;
    explicit operator bool() const { return held_; }

   private:
    ImportGate& gate_;
    const bool held_;
  };

  // Those that run end with the piece they are at.
  void Close() { closed_ = true; }
  bool closed() const { return closed_; }

 private:
  std::atomic<int> free_;
  std::atomic<bool> closed_{false};
};

}  // namespace smsweb
