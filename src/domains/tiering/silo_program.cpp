#include <algorithm>

#include "base/random.h"
#include "domains/tiering/programs.h"

namespace syswright::tiering {
namespace {

constexpr std::size_t items = 1000;     // 100,000 in TPC-C
constexpr std::size_t districts = 10;   // of a warehouse
constexpr std::size_t customers = 100;  // of a district; 3,000 in TPC-C
constexpr std::size_t stock_bytes = 320;
constexpr std::size_t customer_bytes = 640;

/// A B-tree over keys 0 … size - 1: nodes of eight keys, so that a search reads a line of each level.
class Index {
 public:
  Index(Memory& memory, std::size_t size) {
    for (std::size_t nodes = (size + 7) / 8; nodes > 1; nodes = (nodes + 7) / 8) {
      levels_.push_back(memory.rows(nodes, line_bytes));
    }
  }
  void search(std::size_t key) const {
    std::size_t width = 8;
    for (std::size_t i = 1; i < levels_.size(); ++i) width *= 8;
    for (std::size_t level = levels_.size(); level-- > 0; width /= 8) levels_[level].read(key / width);
  }

 private:
  std::vector<Rows> levels_;  ///< leaves first
};

/// Rows that are appended; when the table is full, the oldest are overwritten.
struct Log {
  Rows rows;
  std::size_t appended = 0;

  std::size_t append() {
    const std::size_t at = appended++ % rows.size();
    rows.write(at);
    return at;
  }
  /// The row appended `back` rows ago, or nothing.
  void read(std::size_t back) const {
    if (back < std::min(appended, rows.size())) rows.read((appended - 1 - back) % rows.size());
  }
  void update(std::size_t back) const {
    if (back < std::min(appended, rows.size())) rows.update((appended - 1 - back) % rows.size());
  }
};

std::size_t warehouses_for(std::uint32_t pages) {
  constexpr std::size_t each = items * (stock_bytes + 10) + districts * customers * (customer_bytes + 10);
  return std::max<std::size_t>(static_cast<std::size_t>(pages) * page_bytes * 7 / 10 / each, 1);
}

class Silo {
 public:
  Silo(const ProgramOptions& options, PageRecorder& recorder)
      : memory_(recorder),
        warehouses_(warehouses_for(options.pages)),
        warehouse_(memory_.rows(warehouses_, 128)),
        district_(memory_.rows(warehouses_ * districts, 128)),
        item_(memory_.rows(items, 128)),
        item_index_(memory_, items),
        stock_(memory_.rows(warehouses_ * items, stock_bytes)),
        stock_index_(memory_, warehouses_ * items),
        customer_(memory_.rows(warehouses_ * districts * customers, customer_bytes)),
        customer_index_(memory_, warehouses_ * districts * customers),
        orders_{memory_.rows(rows_for(options, 0.04, 64), 64, true)},
        lines_{memory_.rows(rows_for(options, 0.20, 64), 64, true)},
        history_{memory_.rows(rows_for(options, 0.03, 64), 64, true)},
        random_(options.seed, "silo") {}

  /// Shares of the five kinds: TPC-C, clause 5.2.3.
  void transact() {
    const std::size_t home = random_.below(warehouses_);
    const std::uint64_t kind = random_.below(100);
    if (kind < 45) {
      new_order(home);
    } else if (kind < 88) {
      pay(home);
    } else if (kind < 92) {
      look_up_order(home);
    } else if (kind < 96) {
      deliver(home);
    } else {
      check_stock(home);
    }
  }

 private:
  static std::size_t rows_for(const ProgramOptions& options, double share, std::uint32_t bytes) {
    return std::max<std::size_t>(static_cast<std::size_t>(share * options.pages * page_bytes / bytes), 64);
  }
  /// Non-uniform: TPC-C, clause 2.1.6, with constants that keep their proportion to the table.
  std::size_t uneven(std::size_t a, std::size_t size) {
    return ((random_.below(a + 1) | random_.below(size)) + a / 2) % size;
  }
  std::size_t customer_of(std::size_t home) {
    return (home * districts + random_.below(districts)) * customers + uneven(31, customers);
  }

  void new_order(std::size_t home) {
    warehouse_.read(home);
    district_.update(home * districts + random_.below(districts));
    const std::size_t customer = customer_of(home);
    customer_index_.search(customer);
    customer_.read(customer);
    orders_.append();
    const std::uint64_t count = 5 + random_.below(11);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t item = uneven(63, items);
      const std::size_t from = random_.chance(0.01) ? random_.below(warehouses_) : home;
      item_index_.search(item);
      item_.read(item);
      stock_index_.search(from * items + item);
      stock_.update(from * items + item);
      lines_.append();
    }
  }
  void pay(std::size_t home) {
    warehouse_.update(home);
    district_.update(home * districts + random_.below(districts));
    const std::size_t customer = customer_of(random_.chance(0.15) ? random_.below(warehouses_) : home);
    customer_index_.search(customer);
    customer_.update(customer);
    history_.append();
  }
  void look_up_order(std::size_t home) {
    const std::size_t customer = customer_of(home);
    customer_index_.search(customer);
    customer_.read(customer);
    const std::size_t order = random_.below(warehouses_ * 20);
    orders_.read(order);
    for (std::size_t i = 0; i < 10; ++i) lines_.read(order * 10 + i);
  }
  void deliver(std::size_t home) {
    for (std::size_t district = 0; district < districts; ++district) {
      const std::size_t order = warehouses_ * districts * 2 + random_.below(warehouses_ * districts);
      orders_.update(order);
      for (std::size_t i = 0; i < 10; ++i) lines_.update(order * 10 + i);
      const std::size_t customer = (home * districts + district) * customers + random_.below(customers);
      customer_index_.search(customer);
      customer_.update(customer);
    }
  }
  void check_stock(std::size_t home) {
    district_.read(home * districts + random_.below(districts));
    for (std::size_t i = 0; i < 200; ++i) {
      lines_.read(random_.below(200) * warehouses_);
      if (i % 2 == 0) {
        const std::size_t at = home * items + uneven(63, items);
        stock_index_.search(at);
        stock_.read(at);
      }
    }
  }

  Memory memory_;
  std::size_t warehouses_;
  Rows warehouse_;
  Rows district_;
  Rows item_;
  Index item_index_;
  Rows stock_;
  Index stock_index_;
  Rows customer_;
  Index customer_index_;
  Log orders_;
  Log lines_;
  Log history_;
  Random random_;
};

}  // namespace

void run_silo(const ProgramOptions& options, PageRecorder& recorder) {
  Silo silo(options, recorder);
  while (!recorder.full()) silo.transact();
}

}  // namespace syswright::tiering
