import io.dualwrite.stage.Stage;

final class FirstSteps {
    public static void main(String[] args) {
        for (Stage stage : Stage.values()) {
            System.out.println(stage);
        }
    }
}
