// What a modem has received and still keeps: which places of its storage are to
// be read, which have been handed on, which may be deleted. Forgets all when
// the line is lost: what is still there then is listed, and handed on, again.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace smsweb {

// A place in a message storage (27.005 § 3.2.2).
struct StorageSlot {
  std::string storage;  // "SM", "ME", "SR", ...
  int index = 0;
  auto operator<=>(const StorageSlot&) const = default;
};

class ReceivedBook {
 public:
  static constexpr std::size_t kMostSlots = 2000;  // more than any SIM has
  static constexpr int kMostTries = 3;             // of reading or deleting one

  // Receipts go on counting: an old one never means something new.
  void Forget();

  // A line told of it: it is worth reading even if it could not be before, and
  // what was to be deleted there is there no more.
  void Announce(const StorageSlot& slot);
  void AddListing(const std::string& storage);
  // It can't be listed: its places are to be read one by one, up to `last`,
  // until `left` messages have been found there.
  void AddSweep(const std::string& storage, int last, int left);

  // This PDU stands in `slot`. Its receipt; none where it is known already.
  std::optional<int> Found(const StorageSlot& slot, const std::string& pdu);
  // Not a message that was received: left alone.
  void LeaveAlone(const StorageSlot& slot);
  // What could not be read or deleted too often is tried anew.
  void TryAgain();
  bool HasGivenUp() const { return !given_up_.empty(); }
  void NothingThere(const StorageSlot& slot);
  // Tried again, after the others, unless it has been too often.
  void CouldNotRead(const StorageSlot& slot);
  // That place has been looked into; `there`: a message was.
  void Swept(const StorageSlot& slot, bool there);
  // A PDU that the modem does not store. Acknowledged once Stored(), if wanted.
  int Direct(bool wants_acknowledgement);

  void Stored(int receipt);
  void Deleted(const StorageSlot& slot);
  void CouldNotDelete(const StorageSlot& slot);

  bool Empty() const;  // nothing to be done
  std::size_t Waiting() const { return to_read_.size() + to_delete_.size(); }
  int acknowledgements() const { return acknowledgements_; }
  void Acknowledged() { --acknowledgements_; }
  bool IsToBeRead(const StorageSlot& slot) const;
  bool IsKnown(const StorageSlot& slot) const;  // there is something
  std::vector<StorageSlot> NextToDelete(std::size_t most) const;
  std::vector<StorageSlot> NextToRead(std::size_t most) const;
  std::vector<StorageSlot> NextToSweep(std::size_t most) const;
  std::optional<std::string> TakeListing();
  // Messages that are known to stand in `storage`, of whatever kind.
  int Known(const std::string& storage) const;

 private:
  void GiveUp(const StorageSlot& slot);

  struct Held {
    std::string pdu;
    int receipt = 0;
    bool stored = false;
  };

  struct Sweep {
    std::string storage;
    int next = 0;  // 27.005 § 3.1 does not say where <index> begins: 0 or 1
    int last = 0;
    int left = 0;
  };

  int next_receipt_ = 1;
  std::vector<StorageSlot> to_read_;
  std::vector<StorageSlot> to_delete_;
  std::vector<std::string> listings_;
  std::vector<Sweep> sweeps_;
  std::map<StorageSlot, Held> held_;
  std::set<StorageSlot> left_alone_;
  std::set<StorageSlot> given_up_;  // those of them that failed
  std::map<StorageSlot, int> failures_;
  std::set<int> direct_;  // receipts that want an acknowledgement
  int acknowledgements_ = 0;
};

}  // namespace smsweb
